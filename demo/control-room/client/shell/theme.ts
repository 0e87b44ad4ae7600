import { themeChanged } from '../charts/palette.ts';

type Theme = 'dark' | 'light';
const key = 'ballast-theme';

const current = (): Theme => {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
};

/** Puts back what the reader chose last time; without a choice the system's preference holds. */
export function restoreTheme(): void {
  const chosen = localStorage.getItem(key);
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
}

export function toggleTheme(): void {
  const next: Theme = current() === 'dark' ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  localStorage.setItem(key, next);
  themeChanged();
}
