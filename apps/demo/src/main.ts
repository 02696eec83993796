import { initAmbient } from './ambient.ts';
import { decode, hum } from './audio.ts';
import type { Choice } from './call-state.ts';
import { callerTokenFrom } from './caller-token.ts';
import { Call } from './call.ts';
import { loadConfig } from './config.ts';
import { element } from './dom.ts';
import { keepFocus } from './focus.ts';
import { createGrantClient, type GrantClient, type Preset } from './grant.ts';
import { Problem, told } from './problem.ts';
import { initTheme } from './theme.ts';
import { Timeline } from './timeline.ts';
import {
  remedyOf,
  showCall,
  showFirstFrame,
  showPresets,
  showProblem,
  showTimeLeft,
  showTimeline,
} from './view.ts';

/** Often enough for a clock of seconds. */
const CLOCK_MS = 250;

initTheme();
const config = await loadConfig().catch((error: unknown) => {
  showProblem(told(error), 'none');
  // Without its addresses nothing on the page does anything.
  element('problem-dismiss', HTMLButtonElement).hidden = true;
  throw error;
});
const { tokenServer, callerToken } = config;
const grants = createGrantClient(
  tokenServer,
  callerToken === undefined ? undefined : callerTokenFrom(callerToken),
);
const timeline = new Timeline(showTimeline);
let presets: readonly Preset[] = [];

const video = element('video', HTMLVideoElement);
initAmbient(video, element('ambient', HTMLCanvasElement));

const call = new Call({
  grants,
  config,
  stage: { video, audio: element('audio', HTMLAudioElement) },
  timeline,
  onState: (state) => {
    keepFocus(() => {
      showCall(state, presets);
    });
    showTimeLeft(state, performance.now());
    showFirstFrame(state.firstFrameMs);
  },
});

bindSetup();
bindControls();
bindPage();
element('sandbox', HTMLElement).hidden = Object.keys(config.vendors).length === 0;
setInterval(() => {
  showTimeLeft(call.state, performance.now());
}, CLOCK_MS);
showCall(call.state, presets);
await loadPresets(grants);

async function loadPresets(from: GrantClient): Promise<void> {
  const before = chosenPreset()?.name;
  try {
    presets = await from.presets();
    call.dismiss();
    if (presets.length === 0) {
      showProblem(
        new Problem('no_presets', 'The token server offers no presets.', 'Put some into its presets file.'),
      );
    }
  } catch (error) {
    presets = [];
    showProblem(told(error), 'reload-presets');
  }
  showPresets(presets, before);
  showTransport();
  element('connect', HTMLButtonElement).disabled = presets.length === 0;
}

function chosenPreset(): Preset | undefined {
  const chosen = document.querySelector<HTMLInputElement>('input[name="preset"]:checked')?.value;
  return presets.find(({ name }) => name === chosen);
}

function choice(): Choice | undefined {
  const preset = chosenPreset();
  if (preset === undefined) return undefined;
  const transport = document.querySelector<HTMLInputElement>('input[name="transport"]:checked')?.value;
  return {
    preset: preset.name,
    vendor: preset.vendor,
    transport: transport === 'livekit' ? 'livekit' : 'p2p',
    microphone: element('microphone', HTMLInputElement).checked,
  };
}

/** Only Simli has two ways to send its picture. */
function showTransport(): void {
  element('transport', HTMLFieldSetElement).hidden = chosenPreset()?.vendor !== 'simli';
}

function bindSetup(): void {
  element('preset-list', HTMLElement).addEventListener('change', showTransport);
  element('setup', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    begin('start');
  });
}

function begin(how: 'start' | 'takeOver'): void {
  const chosen = choice();
  if (chosen !== undefined) void call[how](chosen);
}

function bindControls(): void {
  const text = element('text', HTMLInputElement);
  element('say', HTMLFormElement).addEventListener('submit', (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (words !== '') void call.actions.say(words);
  });
  const file = element('file', HTMLInputElement);
  file.addEventListener('change', () => {
    const chosen = file.files?.[0];
    if (chosen !== undefined) void call.actions.play(chosen.name, (rate) => decode(chosen, rate));
    // The same one may be chosen again.
    file.value = '';
  });
  onClick('hum', () => call.actions.play('a sample', hum));
  onClick('interrupt', () => call.actions.interrupt());
  onClick('mute', () => call.actions.setMicrophone(call.state.microphone === 'off'));
  onClick('disconnect', () => call.stop());
  onClick('reconnect', () => call.reconnect());
  onClick('unblock', () => call.unblock());
  onClick('problem-dismiss', () => {
    call.dismiss();
  });
  onClick('problem-act', remedy);
}

async function remedy(): Promise<void> {
  // A problem with the presets is the page's own; the call knows nothing of it.
  const act = presets.length === 0 ? 'reload-presets' : remedyOf(call.state.problem);
  if (act === 'reload') location.reload();
  else if (act === 'reload-presets') await loadPresets(grants);
  else begin(act === 'take-over' ? 'takeOver' : 'start');
}

function bindPage(): void {
  addEventListener('pagehide', () => {
    call.leave();
  });
}

function onClick(id: string, act: () => void | Promise<void>): void {
  element(id, HTMLButtonElement).addEventListener('click', () => {
    void act();
  });
}
