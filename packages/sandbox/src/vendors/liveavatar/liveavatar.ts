import { RoomRegistry } from '../../livekit/room-registry.ts';
import type { SessionContext } from '../../media/avatar-session.ts';
import type { Answer } from '../../wire/answer.ts';
import { disturbed, type Call, type Dialect, type Handler, type VendorEmulation } from '../emulation.ts';
import { fastApiNoRoute, someValidationError, validationError } from '../fastapi.ts';
import { roomToken } from '../jwt.ts';
import { fixedAnswer, isReserved } from '../reserved-value.ts';
import { failure, success, tooManyRequests } from './envelope.ts';
import { LiveAvatarRooms } from './realtime.ts';
import { avatarWithCode100, avatarWithFailingStart, liveAvatarAnswers, liveAvatarKeys } from './reserved.ts';
import type { LiveSession } from './session.ts';
import { isSessionToken, LiveSessions, type LiveAvatarOptions, type StartRefusal } from './sessions.ts';
import { planOf, type SessionRequest, type TokenRequest } from './token-request.ts';
import { pageView, sessionView, startedView, transcriptView } from './views.ts';

const unauthorized = failure(401, 'Invalid or missing credentials');
const notFound = failure(404, 'Session not found');
const worded: readonly Answer[] = [unauthorized, notFound, tooManyRequests, someValidationError];

// The codes are reported by users, the statuses beside them are not proven.
const startRefusals: Readonly<Record<StartRefusal, Answer>> = {
  'stopped-before': failure(400, 'Session was stopped before it was started'),
  'started-before': failure(400, 'Session was started before'),
  concurrency: failure(403, 'Session concurrency limit reached', 4032),
  credits: failure(403, 'Insufficient credits', 4033),
};

const dialect: Dialect = {
  unauthorized: () => unauthorized,
  invalid: validationError,
  noRoute: fastApiNoRoute,
  problem: (_operation, status) =>
    worded.find((answer) => answer.status === status) ?? failure(status, 'Something went wrong'),
};

function createToken(sessions: LiveSessions, call: Call): Answer {
  // The contract has held the body to exactly this.
  const request = call.body as unknown as TokenRequest;
  const plan = planOf(request);
  const reserved = fixedAnswer(liveAvatarAnswers, plan.avatarId);
  if (reserved) return reserved;
  const { id, token } = sessions.create(plan);
  const code = plan.avatarId === avatarWithCode100.value ? { code: 100 } : {};
  return success({ session_id: id, session_token: token }, code);
}

interface StartContext extends SessionContext {
  readonly sessions: LiveSessions;
  readonly rooms: LiveAvatarRooms;
}

function start({ sessions, rooms, realtime }: StartContext, call: Call): Answer {
  const disturbance = realtime.refusal('liveavatar');
  if (disturbance) {
    return disturbed(disturbance, disturbance === 'capacity' ? startRefusals.concurrency : unauthorized);
  }
  const session = sessions.byToken(call.credential?.value ?? '');
  if (!session) return unauthorized;
  if (session.plan.avatarId === avatarWithFailingStart.value) return failure(500, 'Failed to start session');
  const refusal = sessions.start(session);
  if (refusal) return startRefusals[refusal];
  const token = roomToken(session.id);
  if (!session.plan.room) rooms.admit(session, token);
  return success(startedView(session, call.baseUrl, token), { status: 201 });
}

/** The session that a stop or a keep-alive means: the token's own, or with a key the one it names. */
function meant(sessions: LiveSessions, { credential, body }: Call): LiveSession | Answer {
  const { session_id: id }: SessionRequest = body;
  if (credential?.scheme === 'SessionToken') {
    const own = sessions.byToken(credential.value);
    if (!own) return unauthorized;
    return id === undefined || sessions.byId(id) === own ? own : notFound;
  }
  if (id === undefined) {
    return validationError([
      { location: ['body', 'session_id'], keyword: 'required', message: 'Field required' },
    ]);
  }
  return sessions.byId(id) ?? notFound;
}

/** Answers for the session that is meant, or says why there is none. */
const onMeant =
  (sessions: LiveSessions, act: (session: LiveSession, call: Call) => Answer): Handler =>
  (call) => {
    const session = meant(sessions, call);
    return 'status' in session ? session : act(session, call);
  };

/** Answers for the session in the path. */
const onNamed =
  (sessions: LiveSessions, show: (session: LiveSession, call: Call) => unknown): Handler =>
  (call) => {
    const session = sessions.byId(call.path['session_id'] ?? '');
    return session ? success(show(session, call)) : notFound;
  };

/** LiveAvatar, as its documents have it. */
export function createLiveAvatar(
  context: SessionContext,
  options: LiveAvatarOptions,
): VendorEmulation<'liveavatar'> {
  const { clock, realtime } = context;
  const sessions = new LiveSessions(clock, options);
  const roomRegistry = new RoomRegistry();
  const rooms = new LiveAvatarRooms({ ...context, sessions, roomRegistry });
  return {
    handlers: {
      'sessions.createToken': (call) => createToken(sessions, call),
      'sessions.start': (call) => start({ ...context, sessions, rooms }, call),
      'sessions.stop': onMeant(sessions, (session, { body }) => {
        const { reason = 'UNKNOWN' }: SessionRequest = body;
        // Whether the vendor lets a session be stopped twice is not known; here it changes nothing.
        sessions.stop(session, reason);
        rooms.dismiss(session);
        realtime.settle();
        return success(null);
      }),
      'sessions.keepAlive': onMeant(sessions, (session) =>
        sessions.keepAlive(session) ? success(null) : failure(400, 'Session is not active'),
      ),
      'sessions.list': (call) => success(pageView(sessions.all(), call, clock.now())),
      'sessions.get': onNamed(sessions, (session) => sessionView(session, clock.now())),
      'sessions.getTranscript': onNamed(sessions, (session, call) =>
        transcriptView(session, call, clock.now()),
      ),
    },
    dialect,
    accepts: (_operation, { scheme, value }) =>
      !isReserved(liveAvatarKeys, value) && !(scheme === 'ApiKeyAuth' && isSessionToken(value)),
    browserCredentials: true,
    connect: (request) => rooms.connect(request),
    realtimeGet: (request) => roomRegistry.validate(request),
    reset: () => {
      sessions.clear();
      rooms.clear();
    },
  };
}
