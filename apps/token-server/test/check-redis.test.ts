import { Secret } from '@org/core';
import { Redis } from 'ioredis';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as scripts from '../src/state/scripts.ts';
import { haveOpenssl, makeCertificate } from './certificate.ts';
import { checked } from './checked.ts';
import { listening } from './listening.ts';
import { asOlderRedis } from './older-redis.ts';
import { freePort, haveRedis, startRedis } from './redis-server.ts';

const checkedAt = (address: string): ReturnType<typeof checked> =>
  checked({ redis: { url: new Secret(address), prefix: 'checked', whenDown: 'refuse' } });

const as = (user: string, address: string): string => address.replace('//', `//${user}@`);

describe.skipIf(!haveRedis)('a check of Redis', () => {
  test('that is well says so, and leaves nothing there', async () => {
    await using redis = await startRedis({ options: ['--requirepass', 'the-p%@ssword'] });
    const address = as(':the-p%25%40ssword', redis.url);
    expect(await checkedAt(address)).toEqual({
      code: 0,
      lines: [
        'good       REDIS_URL: evicts nothing',
        expect.stringMatching(
          /^good {7}REDIS_URL: runs the server’s scripts, as Redis \d+\.[\d.]+$/,
        ) as string,
      ],
    });
    const admin = new Redis(address);
    await expect.poll(() => admin.keys('*')).toEqual([]);
    expect(await admin.config('GET', 'maxmemory-policy')).toMatchObject(['maxmemory-policy', 'noeviction']);
    admin.disconnect();
  });

  const passwords = ['--requirepass', 'right-password'];
  const user = (...rights: readonly string[]): readonly string[] => [
    ...['--user', 'app', 'on', '>app-password'],
    ...rights,
  ];
  test.each<[what: string, options: readonly string[], who: string, code: number, line: string]>([
    [
      'a wrong password',
      passwords,
      ':wrong-password',
      1,
      'wrong      REDIS_URL: refuses the user or the password: correct them in the URL',
    ],
    [
      'an unknown user',
      [],
      'nobody:wrong-password',
      1,
      'wrong      REDIS_URL: refuses the user or the password',
    ],
    ['no password', passwords, '', 1, 'wrong      REDIS_URL: asks for a password, and the URL has none'],
    [
      'a memory that evicts',
      ['--maxmemory', '100mb', '--maxmemory-policy', 'volatile-lru'],
      '',
      1,
      'wrong      REDIS_URL: evicts leases when its memory is full, so that sessions run uncounted: set maxmemory-policy to noeviction (volatile-lru)',
    ],
    [
      'a memory that would evict',
      ['--maxmemory-policy', 'allkeys-lru'],
      '',
      0,
      'note       REDIS_URL: would evict leases if it had a maxmemory: set maxmemory-policy to noeviction (allkeys-lru)',
    ],
    [
      'no room',
      ['--maxmemory', '1'],
      '',
      1,
      'wrong      REDIS_URL: is full: give it a larger maxmemory (OOM',
    ],
    [
      'a replica',
      ['--replicaof', '127.0.0.1', '1'],
      '',
      1,
      'wrong      REDIS_URL: is a replica, where nothing can be written: name the primary (READONLY',
    ],
    [
      'a user who may run no script',
      user('~{checked}:*', '+@all', '-@scripting'),
      'app:app-password',
      1,
      'wrong      REDIS_URL: does not let this user do what the server must: allow it +@all -@dangerous +info, on the keys of REDIS_PREFIX (NOPERM',
    ],
    [
      'a user of other keys',
      user('~{another}:*', '+@all'),
      'app:app-password',
      1,
      'wrong      REDIS_URL: does not let this user do what the server must',
    ],
    [
      'a user with just the rights that it names',
      user('~{checked}:*', '+@all', '-@dangerous', '+info'),
      'app:app-password',
      0,
      'good       REDIS_URL: evicts nothing\ngood       REDIS_URL: runs the server’s scripts',
    ],
    [
      'a user who may not ask for the policy',
      user('~{checked}:*', '+@all', '-@dangerous'),
      'app:app-password',
      0,
      'note       REDIS_URL: does not tell its maxmemory-policy: see that it is noeviction, or leases may be lost\ngood       REDIS_URL: runs the server’s scripts',
    ],
    [
      'a command that was taken out, which Redis quotes with the password',
      [...['--rename-command', 'HELLO', ''], ...['--rename-command', 'AUTH', '']],
      'default:brief',
      1,
      "wrong      REDIS_URL: refuses (ERR unknown command 'auth')",
    ],
  ])('finds %s', async (_what, options, who, code, line) => {
    await using redis = await startRedis({ options });
    const found = await checkedAt(who === '' ? redis.url : as(who, redis.url));
    expect(found.lines.join('\n')).toContain(line);
    expect(found.lines.join('\n')).not.toMatch(/(?:wrong|right|app)-password|brief/);
    expect(found.code).toBe(code);
  });

  test('finds each right that a script of the server needs, and that is lacking', async () => {
    const calls = Object.values(scripts).flatMap((script) =>
      'text' in script ? [...script.text.matchAll(/redis\.call\('(\w+)'/g)] : [],
    );
    const commands = [...new Set(calls.map(([, name = '']) => name))];
    expect(commands).toContain('HSET');
    await using redis = await startRedis();
    const admin = new Redis(redis.url);
    const unseen: string[] = [];
    for (const command of [...commands, 'EVAL', 'EVALSHA']) {
      await admin.call('ACL', 'SETUSER', 'app', ...user('~{checked}:*', '+@all', `-${command}`).slice(2));
      const { lines } = await checkedAt(as('app:app-password', redis.url));
      if (!/^wrong {6}REDIS_URL: does not let this user do .* \([^:]*\)$/.test(lines.at(-1) ?? ''))
        unseen.push(command);
    }
    admin.disconnect();
    expect(unseen).toEqual([]);
  });

  test('finds a database that is not there', async () => {
    await using redis = await startRedis();
    expect(await checkedAt(`${redis.url}/16`)).toEqual({
      code: 1,
      lines: [
        'wrong      REDIS_URL: has not the database of that number: correct what follows the last "/" in the URL, or leave it out (ERR DB index is out of range)',
      ],
    });
  });

  test('of a cluster that has lost the slot is no verdict', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await using redis = await startRedis({ keepIn: folder, options: ['--cluster-enabled', 'yes'] });
    const { code, lines } = await checkedAt(redis.url);
    expect(lines.at(-1)).toContain('unanswered REDIS_URL: answers nobody just now: try again (CLUSTERDOWN');
    expect(code).toBe(2);
  });

  test('finds one that is too old', async () => {
    await using redis = await startRedis();
    await using older = await asOlderRedis(redis.url, '4');
    expect(await checkedAt(older.url)).toEqual({
      code: 1,
      lines: [
        expect.stringMatching(
          /^wrong {6}REDIS_URL: is Redis 4\.[\d.]+, and its scripts cannot do what the server needs: use 5 or later$/,
        ) as string,
      ],
    });
  });

  test('finds a replica, in the words of Redis 6', async () => {
    await using redis = await startRedis({ options: ['--replicaof', '127.0.0.1', '1'] });
    await using older = await asOlderRedis(redis.url, '6');
    const { code, lines } = await checkedAt(older.url);
    expect(lines.at(-1)).toContain('wrong      REDIS_URL: is a replica, where nothing can be written');
    expect(lines.at(-1)).toContain('(ERR Error running script');
    expect(code).toBe(1);
  });

  test('finds that it does not speak TLS', async () => {
    await using redis = await startRedis({ options: passwords });
    expect(await checkedAt(as(':right-password', redis.url.replace('redis:', 'rediss:')))).toEqual({
      code: 1,
      lines: ['wrong      REDIS_URL: does not speak TLS: write redis:// for rediss://'],
    });
  });

  test.skipIf(!haveOpenssl)('finds that it speaks TLS, and that nobody vouches for it', async () => {
    await using certificate = await makeCertificate();
    await using redis = await startRedis({ certificate });
    expect(await checkedAt(redis.url.replace('rediss:', 'redis:'))).toEqual({
      code: 1,
      lines: ['wrong      REDIS_URL: speaks TLS: write rediss:// for redis://'],
    });
    expect(await checkedAt(redis.url)).toEqual({
      code: 1,
      lines: [
        'wrong      REDIS_URL: has a certificate that Node does not trust: correct the host, or name the file of its authority with NODE_EXTRA_CA_CERTS (DEPTH_ZERO_SELF_SIGNED_CERT)',
      ],
    });
  });
});

test('a check of Redis that is out of reach, or silent, is no verdict, and tells no password in the clear', async () => {
  const heard: Buffer[] = [];
  await using silent = await listening((socket) => socket.on('data', (chunk) => heard.push(chunk)));
  for (const port of [await freePort(), silent.port]) {
    const { code, lines } = await checkedAt(`rediss://:some-password@127.0.0.1:${port}`);
    expect(lines).toEqual([
      expect.stringMatching(
        /^unanswered REDIS_URL: cannot be reached: look at the host, the port and the network \(E\w+\)$/,
      ) as string,
    ]);
    expect(code).toBe(2);
  }
  const words = Buffer.concat(heard).toString('latin1');
  // Asked without TLS too, so that a Redis without it would have answered.
  expect(words).toMatch(/hello/i);
  expect(words).not.toContain('some-password');
});
