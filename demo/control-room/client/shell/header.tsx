import { useLive } from '../live/store.ts';
import { LoadSlider } from '../panels/load-slider.tsx';
import { toggleTheme } from './theme.ts';

interface Props {
  onTour: () => void;
  onKeys: () => void;
}

const linkText = { connecting: 'connecting', live: 'live', lost: 'reconnecting' } as const;

export function Header({ onTour, onKeys }: Props) {
  const link = useLive((state) => state.link);
  return (
    <header className="header">
      <a className="brand" href="/" aria-label="Ballast control room">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path className="hull" d="M3 14h26l-3.2 9.2A5 5 0 0 1 21 26.6H11a5 5 0 0 1-4.8-3.4z" />
          <path className="weight" d="M11 18.5h10l-1 3.8h-8z" />
          <path className="mast" d="M16 13V4m0 1.5 6 5.5" />
        </svg>
        <span>
          Ballast <small>control room</small>
        </span>
      </a>
      <LoadSlider />
      <nav aria-label="Page">
        <span className="link" data-link={link} aria-live="polite">
          {linkText[link]}
        </span>
        <button type="button" className="button" onClick={onTour}>
          Tour
        </button>
        <button type="button" className="button round" onClick={onKeys} aria-label="Keyboard">
          ?
        </button>
        <button type="button" className="button round" onClick={toggleTheme} aria-label="Dark or light">
          ◐
        </button>
      </nav>
    </header>
  );
}
