import { channel, type Channel } from 'node:diagnostics_channel';
import type { Hooks } from './hooks.ts';
import type { Observer } from './reporter.ts';

/** Each hook's channel in `node:diagnostics_channel`, for tools that watch a process they did not write. */
export const CHANNELS: Readonly<Record<keyof Hooks, string>> = {
  onRequest: '@org/core:request',
  onResponse: '@org/core:response',
  onRetry: '@org/core:retry',
  onSuccess: '@org/core:success',
  onError: '@org/core:error',
  onSchemaDrift: '@org/core:schema-drift',
  onBudgetExhausted: '@org/core:budget-exhausted',
};

const channels = Object.fromEntries(
  Object.entries(CHANNELS).map(([hook, name]) => [hook, channel(name)]),
) as Readonly<Record<keyof Hooks, Channel>>;

/** Publishes what hooks are told; costs next to nothing while nobody is subscribed. */
export const diagnostics: Observer = {
  hears: (name) => channels[name].hasSubscribers,
  tell: (name, event) => {
    channels[name].publish(event);
  },
};
