import { element } from './dom.ts';

const stage = element('stage', HTMLElement);
const problem = element('problem', HTMLElement);
const text = element('text', HTMLInputElement);
const disconnect = element('disconnect', HTMLButtonElement);
/** The best first. */
const waysOn = [element('problem-act', HTMLButtonElement), element('connect', HTMLButtonElement), disconnect];

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
  const connects = next === disconnect;
  next.focus({ preventScroll: connects });
  // Whoever connects wants to see the face; on a small screen the button may be away from it.
  if (connects) stage.scrollIntoView({ block: 'nearest' });
}

function canHaveFocus(candidate: Element): boolean {
  return !candidate.matches(':disabled') && candidate.closest('[hidden]') === null;
}
