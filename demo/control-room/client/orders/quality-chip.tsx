import type { Quality } from '../../../load-generator/quality.ts';
import { qualityMeaning } from './quality-meaning.ts';

/** The label of an answer: how good it was. */
export const QualityChip = ({ quality, text }: { quality: Quality; text?: string }) => (
  <span className="chip" data-quality={quality} title={qualityMeaning[quality]}>
    {text ?? quality}
  </span>
);
