/** `compute`, with its results remembered for the first `maxKeys` keys: later ones are computed every time. */
export function rememberResults<T extends object | string>(
  maxKeys: number,
  compute: (key: string) => T,
): (key: string) => T {
  const results = new Map<string, T>();
  return (key) => {
    const known = results.get(key);
    if (known !== undefined) return known;
    const result = compute(key);
    if (results.size < maxKeys) results.set(key, result);
    return result;
  };
}
