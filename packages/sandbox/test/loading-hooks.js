import { registerHooks } from 'node:module';
import process from 'node:process';

/** Which of the modules that only realtime sessions need have been asked for. */
globalThis.realtimeModules = [];

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@roamhq/wrtc' && process.argv.includes('missing')) {
      throw Object.assign(new Error(`Cannot find package '${specifier}'`), { code: 'ERR_MODULE_NOT_FOUND' });
    }
    if (['@roamhq/wrtc', '@livekit/protocol'].includes(specifier)) globalThis.realtimeModules.push(specifier);
    return next(specifier, context);
  },
});
