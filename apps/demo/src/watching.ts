import type { Board } from './board.ts';
import { Watchdog, type Verdict } from './watchdog.ts';

/** Puts what the watchdog sees on the board. `onFirstFrame` is told how long after the click it was. */
export function watch(video: HTMLVideoElement, board: Board, onFirstFrame: (atMs: number) => void): Watchdog {
  return new Watchdog(video, {
    onFirstFrame: () => {
      const firstFrameMs = board.note('First frame', 'good');
      board.update({ firstFrameMs });
      onFirstFrame(firstFrameMs);
    },
    onVerdict: (verdict) => {
      note(verdict, board);
      board.update({ verdict });
    },
  });
}

function note(verdict: Verdict, board: Board): void {
  const before = board.state.verdict;
  if (verdict === 'starting') board.note('Waiting for the picture');
  if (verdict === 'frozen') board.note('Watchdog: the picture has stopped', 'bad');
  if (verdict === 'no-video') board.note('Watchdog: no picture', 'bad');
  if (verdict === 'playing' && (before === 'frozen' || before === 'no-video')) {
    board.note('Watchdog: the picture moves again', 'good');
  }
}
