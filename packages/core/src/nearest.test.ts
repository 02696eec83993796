import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

const FIELDS = ['faceId', 'maxSessionLength', 'maxIdleTime', 'personaConfig', 'voice', 'url'];

describe('nearest', () => {
  it.each([
    ['facId', 'faceId'],
    ['face_id', 'faceId'],
    ['FaceID', 'faceId'],
    ['face-id', 'faceId'],
    ['maxSesionLenght', 'maxSessionLength'],
    ['max_idle_time', 'maxIdleTime'],
    ['personConfig', 'personaConfig'],
    ['voices', 'voice'],
    ['uri', 'url'],
  ])('takes %s for %s', (written, meant) => {
    expect(nearest(written, FIELDS)).toBe(meant);
  });

  // Three of the six letters of `facade` are not those of `faceId`, and that is too many.
  it.each(['name', 'facade', 'completelyDifferent', 'x', ''])('takes %o for nothing', (written) => {
    expect(nearest(written, FIELDS)).toBeUndefined();
  });

  it('takes the nearest of several', () => {
    expect(nearest('maxIdelTime', ['maxIdle', 'maxIdleTime', 'minIdleTime'])).toBe('maxIdleTime');
  });

  it('has nothing to offer where nothing is known', () => {
    expect(nearest('faceId', [])).toBeUndefined();
  });
});
