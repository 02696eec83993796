/**
 * Says whether undici is loaded after importing the build, after making a client, and after a call.
 *
 * @module
 */
import { createRequire } from 'node:module';
import { loadDoor, mintAt } from './vendor.ts';

const { cache } = createRequire(import.meta.url);
const isLoaded = (): boolean => Object.keys(cache).some((path) => path.includes('/undici/'));

const door = await loadDoor();
const afterImport = isLoaded();
const { call } = mintAt(door);
const afterConstruction = isLoaded();
await call();
console.log(JSON.stringify({ afterImport, afterConstruction, afterCall: isLoaded() }));
