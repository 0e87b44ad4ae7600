/** What is read of @ballast/flags: a cached evaluation and a change signal. */
export interface FlagSource {
  isOn(key: string): boolean;
  onChange(listener: () => void): () => void;
}
