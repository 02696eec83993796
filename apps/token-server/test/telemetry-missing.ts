import { registerHooks } from 'node:module';

// A machine on which nobody has installed OpenTelemetry's API where core could find it.
registerHooks({
  resolve: (specifier, context, next) => {
    const missing =
      specifier === '@opentelemetry/api' && context.parentURL?.includes('/packages/core/') === true;
    if (!missing) return next(specifier, context);
    throw Object.assign(new Error('not installed'), { code: 'ERR_MODULE_NOT_FOUND' });
  },
});
