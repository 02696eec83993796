/** Somebody who wants the command to end. */
export interface Asked {
  /** Resolves when Ctrl-C or its kin come for the first time. */
  readonly once: Promise<'asked'>;
  /** What to do when they come again, from somebody who does not want to wait. */
  onAgain: () => void;
}

/** Listens for the signals that end a command. */
export function listenForSignals(): Asked {
  const once = new Promise<'asked'>((resolve) => {
    let times = 0;
    const hear = (): void => {
      times += 1;
      if (times === 1) resolve('asked');
      else asked.onAgain();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, hear);
  });
  const asked: Asked = { once, onAgain: () => undefined };
  return asked;
}
