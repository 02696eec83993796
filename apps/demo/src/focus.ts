import { element } from './dom.ts';

const problem = element('problem', HTMLElement);
const text = element('text', HTMLInputElement);
/** The best first. */
const waysOn = ['problem-act', 'connect', 'disconnect'].map((id) => element(id, HTMLButtonElement));

/** What had the focus and lost it, as long as nothing leads on. */
let lost: Element | undefined;

/** Changes the page. Focus on what is gone then moves to what leads on; nobody else's is moved. */
export function keepFocus(change: () => void): void {
  const focused = document.activeElement ?? document.body;
  change();
  // While it is lost the browser gives it to the body.
  if (focused !== document.body) lost = canHaveFocus(focused) ? undefined : focused;
  if (lost === undefined) return;
  // Whoever is typing must not press a button with the next key.
  const next = lost === text && !problem.hidden ? problem : waysOn.find(canHaveFocus);
  if (next === undefined) return;
  lost = undefined;
  next.focus();
}

function canHaveFocus(candidate: Element): boolean {
  return !candidate.matches(':disabled') && candidate.closest('[hidden]') === null;
}
