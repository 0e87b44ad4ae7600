import { type RefObject, useEffect } from 'react';

/**
 * Seven pictures a second. A CSS animation would look the same and cost three times the whole page: the browser
 * works on it sixty times a second, even where its steps are few.
 */
const frameMs = 140;
/** Distance per picture, by pace. */
const strides = { slow: 2, steady: 4, fast: 5 } as const;
const isCalm = matchMedia('(prefers-reduced-motion: reduce)');

/** Moves the dots along the lines of the diagram while the page is visible. */
export function useFlow(diagram: RefObject<SVGSVGElement | null>): void {
  useEffect(() => {
    let picture = 0;
    let isDue = false;
    const timer = setInterval(() => {
      // Until the browser has drawn the last picture, no further one is requested.
      if (isDue || document.hidden || isCalm.matches) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        picture += 1;
        for (const line of diagram.current?.querySelectorAll<SVGPathElement>('.flow') ?? [])
          move(line, picture);
      });
    }, frameMs);
    return () => clearInterval(timer);
  }, [diagram]);
}

function move(line: SVGPathElement, picture: number): void {
  const pace = (line.dataset.pace ?? 'slow') as keyof typeof strides;
  // Every dash pattern repeats within 24: the number stays small however long the page is open.
  line.style.strokeDashoffset = String(-((picture * strides[pace]) % 24));
}
