import { describe, expect, it } from 'vitest';
import { codeOfStatus } from './vendor.ts';

describe('codeOfStatus', () => {
  it.each([
    [400, 'invalid_request'],
    [401, 'invalid_key'],
    [402, 'plan_required'],
    [403, 'permission_denied'],
    [404, 'not_found'],
    [408, 'vendor_error'],
    [409, 'conflict'],
    [418, 'vendor_error'],
    [422, 'invalid_request'],
    [429, 'rate_limited'],
    [500, 'vendor_error'],
    [501, 'vendor_error'],
    [502, 'vendor_unavailable'],
    [503, 'vendor_unavailable'],
    [504, 'vendor_unavailable'],
    [599, 'vendor_error'],
    [200, 'invalid_response'],
    [302, 'invalid_response'],
  ])('reads %i as %s', (status, code) => {
    expect(codeOfStatus(status)).toBe(code);
  });
});
