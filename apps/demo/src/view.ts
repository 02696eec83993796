import { DISPLAY_NAMES, type CallState, type Phase } from './call-state.ts';
import { element } from './dom.ts';
import type { Grant, Preset } from './grant.ts';
import type { Told } from './problem.ts';
import { clock, elapsed, type TimelineEntry } from './timeline.ts';
import type { Verdict } from './watchdog.ts';

const stage = element('stage', HTMLElement);
const statusText = element('status-text', HTMLElement);
const caption = element('caption', HTMLElement);
const verdictBox = element('verdict', HTMLElement);
const blocked = element('blocked', HTMLElement);
const setup = element('setup', HTMLFormElement);
const connectButton = element('connect', HTMLButtonElement);
const sayForm = element('say', HTMLFormElement);
const text = element('text', HTMLInputElement);
const sayButton = element('say-button', HTMLButtonElement);
const sounds = element('sounds', HTMLElement);
const interrupt = element('interrupt', HTMLButtonElement);
const mute = element('mute', HTMLButtonElement);
const disconnect = element('disconnect', HTMLButtonElement);

/** Shows a call as it is now. */
export function showCall(state: CallState, presets: readonly Preset[]): void {
  const { phase, session, grant, verdict } = state;
  const live = phase === 'live';
  stage.dataset['phase'] = phase;
  stage.dataset['verdict'] = verdict;
  stage.dataset['speaking'] = String(state.speaking);
  setText(statusText, statusOf(state));
  setText(caption, state.caption);
  caption.hidden = state.caption === '' || !live;
  blocked.hidden = !state.blocked;
  showVerdict(verdict, phase);
  // While a session is there, none can be begun.
  showProblem(state.problem, phase === 'idle' ? remedyOf(state.problem) : 'none');

  setup.hidden = phase !== 'idle';
  connectButton.disabled = presets.length === 0 || phase !== 'idle';
  sayForm.hidden = session?.say === undefined;
  sounds.hidden = session?.audioInput === undefined;
  text.disabled = sayButton.disabled = !live;
  interrupt.disabled = !live || session?.interrupt === undefined;
  disconnect.disabled = phase === 'idle' || phase === 'ending';
  mute.hidden = state.microphone === 'none';
  setText(mute, state.microphone === 'off' ? 'Unmute microphone' : 'Mute microphone');
  showSession(grant, state);
}

const STATUS: Readonly<Record<Phase, string>> = {
  idle: 'Not connected',
  preparing: 'Preparing…',
  microphone: 'Waiting for the microphone…',
  granting: 'Asking for a grant…',
  connecting: 'Connecting…',
  live: 'Live',
  ending: 'Ending…',
};

function statusOf({ phase, verdict, speaking, grant }: CallState): string {
  if (phase === 'connecting' && grant !== undefined) return `Connecting to ${DISPLAY_NAMES[grant.vendor]}…`;
  if (phase !== 'live') return STATUS[phase];
  if (verdict === 'waiting' || verdict === 'starting') return 'Waiting for the picture…';
  if (verdict === 'no-video' || verdict === 'frozen') return 'No moving picture';
  return speaking ? 'Live · speaking' : 'Live';
}

const VERDICTS: Readonly<Partial<Record<Verdict, readonly [title: string, text: string]>>> = {
  'no-video': [
    'There is no picture',
    'The vendor has sent no frame yet. It may still come; a new session often helps.',
  ],
  frozen: ['The picture has stopped', 'No new frame is coming, and the vendor has not said why.'],
};

function showVerdict(verdict: Verdict, phase: Phase): void {
  const words = phase === 'live' || phase === 'connecting' ? VERDICTS[verdict] : undefined;
  verdictBox.hidden = words === undefined;
  setText(element('verdict-title', HTMLElement), words?.[0] ?? '');
  setText(element('verdict-text', HTMLElement), words?.[1] ?? '');
}

/** What the button beside a problem does; without one here it connects again. */
export type Remedy = 'connect' | 'take-over' | 'reload-presets' | 'reload' | 'none';

const REMEDIES: Readonly<Record<string, Remedy>> = {
  second_tab: 'take-over',
  sdk_not_loaded: 'reload',
  preset_not_found: 'reload-presets',
  no_presets: 'reload-presets',
};

const REMEDY_NAMES: Readonly<Record<Remedy, string>> = {
  connect: 'Connect again',
  'take-over': 'End it there, connect here',
  'reload-presets': 'Load the presets again',
  reload: 'Reload the page',
  none: '',
};

export function remedyOf(problem: Told | undefined): Remedy {
  return problem === undefined ? 'none' : (REMEDIES[problem.code] ?? 'connect');
}

export function showProblem(problem: Told | undefined, remedy: Remedy = remedyOf(problem)): void {
  element('problem', HTMLElement).hidden = problem === undefined;
  if (problem === undefined) return;
  const { code, message, hint, requestId, retryAfterSeconds } = problem;
  const wait = retryAfterSeconds === undefined ? '' : ` Worth asking again in ${retryAfterSeconds} s.`;
  setText(element('problem-message', HTMLElement), message);
  setText(element('problem-hint', HTMLElement), `${hint ?? ''}${wait}`.trim());
  setText(element('problem-code', HTMLElement), code);
  setText(element('problem-request', HTMLElement), requestId === undefined ? '' : `request ${requestId}`);
  const act = element('problem-act', HTMLButtonElement);
  act.hidden = remedy === 'none';
  setText(act, REMEDY_NAMES[remedy]);
  // Without presets nothing else on the page leads on.
  element('problem-dismiss', HTMLButtonElement).hidden = remedy === 'reload-presets';
}

function showSession(grant: Grant | undefined, state: CallState): void {
  const card = element('session', HTMLElement);
  card.hidden = grant === undefined;
  if (grant === undefined) return;
  const tag = element('vendor', HTMLElement);
  setText(tag, DISPLAY_NAMES[grant.vendor]);
  tag.dataset['vendor'] = grant.vendor;
  const { maxSessionSeconds, idleSeconds, heartbeatSeconds } = grant.limits;
  const { keepAlive } = grant.capabilities;
  const vendorSessionId = grant.vendor === 'liveavatar' ? grant.connect.session_id : state.vendorSessionId;
  showFacts([
    ['Preset', grant.preset],
    ['Grant', `${grant.id.slice(0, 8)}…`],
    ...(grant.vendor === 'liveavatar' ? [['Mode', grant.connect.mode] as const] : []),
    ...(vendorSessionId === undefined
      ? []
      : [['Vendor session', `${vendorSessionId.slice(0, 8)}…`] as const]),
    ['Longest session', clock(maxSessionSeconds)],
    ['Idle cap', idleSeconds === undefined ? 'Left to the vendor' : clock(idleSeconds)],
    ...(heartbeatSeconds === undefined || state.forgotten
      ? []
      : [['Page may be silent for', clock(heartbeatSeconds)] as const]),
    [
      'Server can stop it',
      state.forgotten ? 'No, it has forgotten it' : whetherStoppable(grant, state.canStop),
    ],
    ['Server can keep it alive', keepAlive && !state.forgotten ? 'Yes' : 'No'],
  ]);
}

/** A grant cannot promise what only the page makes possible, by telling the server its session's id. */
function whetherStoppable({ vendor, capabilities }: Grant, canStop = capabilities.stop): string {
  if (canStop) return 'Yes';
  return vendor === 'anam' ? 'Once this page has told its id' : 'No, its cap ends it';
}

let shownFacts = '';

function showFacts(facts: readonly (readonly [name: string, value: string])[]): void {
  const all = JSON.stringify(facts);
  if (all === shownFacts) return;
  shownFacts = all;
  element('facts', HTMLElement).replaceChildren(
    ...facts.map(([name, value]) => {
      const group = document.createElement('div');
      const term = document.createElement('dt');
      const description = document.createElement('dd');
      term.textContent = name;
      description.textContent = value;
      group.append(term, description);
      return group;
    }),
  );
}

/** Called once a second and more while there is a session. */
export function showTimeLeft({ grant, endsAt }: CallState, now: number): void {
  if (grant === undefined || endsAt === undefined) return;
  const { maxSessionSeconds } = grant.limits;
  const left = Math.max(0, (endsAt - now) / 1000);
  setText(element('left', HTMLElement), clock(Math.ceil(left)));
  setText(element('left-of', HTMLElement), `left of ${clock(maxSessionSeconds)}`);
  element('left-bar', HTMLProgressElement).value = left / maxSessionSeconds;
}

export function showTimeline(entries: readonly TimelineEntry[]): void {
  const list = element('timeline', HTMLOListElement);
  list.hidden = entries.length === 0;
  element('timeline-empty', HTMLElement).hidden = entries.length > 0;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.replaceChildren(
    ...entries.map(({ atMs, text: what, tone }) => {
      const item = document.createElement('li');
      const time = document.createElement('time');
      const words = document.createElement('span');
      item.dataset['tone'] = tone;
      time.dateTime = `PT${(atMs / 1000).toFixed(3)}S`;
      time.textContent = elapsed(atMs);
      words.textContent = what;
      item.append(time, words);
      return item;
    }),
  );
  // Whoever has scrolled back wants to read.
  if (atEnd) list.scrollTop = list.scrollHeight;
}

export function showFirstFrame(ms: number | undefined): void {
  setText(element('first-frame', HTMLElement), ms === undefined ? '' : `first frame after ${elapsed(ms)}`);
}

/** The presets as a choice of one; the choice before is kept if it is still there. */
export function showPresets(presets: readonly Preset[], chosen: string | undefined): void {
  const list = element('preset-list', HTMLElement);
  list.replaceChildren(
    ...presets.map(({ name, vendor, description }, index) => {
      const label = document.createElement('label');
      label.className = 'preset';
      label.dataset['vendor'] = vendor;
      const input = document.createElement('input');
      input.type = 'radio';
      input.name = 'preset';
      input.value = name;
      input.checked = chosen === name || (index === 0 && !presets.some((preset) => preset.name === chosen));
      label.append(
        input,
        part('span', 'preset-name', name),
        part('span', 'preset-vendor', DISPLAY_NAMES[vendor]),
        ...(description === undefined ? [] : [part('span', 'preset-description', description)]),
      );
      return label;
    }),
  );
  if (presets.length === 0) list.append(part('p', 'quiet', 'No presets to choose from.'));
}

function part(tag: string, className: string, words: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = words;
  return made;
}

/** Only what changes is written, so that screen readers say nothing twice. */
function setText(target: HTMLElement, words: string): void {
  if (target.textContent !== words) target.textContent = words;
}
