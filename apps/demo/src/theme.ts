import { element } from './dom.ts';

type Theme = 'light' | 'dark';

const KEY = 'theme';

/** The system's theme, or the one that was chosen here before. */
export function initTheme(): void {
  const button = element('theme', HTMLButtonElement);
  const system = matchMedia('(prefers-color-scheme: dark)');
  const current = (): Theme => stored() ?? (system.matches ? 'dark' : 'light');
  const show = (): void => {
    document.documentElement.dataset['theme'] = current();
    button.setAttribute('aria-label', `Change to the ${other(current())} theme`);
  };
  button.addEventListener('click', () => {
    store(other(current()));
    show();
  });
  system.addEventListener('change', show);
  show();
}

const other = (theme: Theme): Theme => (theme === 'dark' ? 'light' : 'dark');

/** Browsers may refuse storage, and then the choice lasts as long as the page. */
let chosen: Theme | undefined;

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem(KEY);
    if (value === 'light' || value === 'dark') chosen = value;
  } catch {
    // As said.
  }
  return chosen;
}

function store(theme: Theme): void {
  chosen = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // As said.
  }
}
