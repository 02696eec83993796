/** The example bodies that the vendors' own documents print. */
export const anamExample: Record<string, unknown> = {
  personaConfig: {
    name: 'Cara',
    avatarId: '071b0286-4cce-4808-bee2-e642f1062de3',
    voiceId: 'de23e340-1416-4dd8-977d-065a7ca11697',
    llmId: 'a7cf662c-2ace-4de1-a21e-ef0fbf144bb7',
    systemPrompt: 'You are a helpful assistant.',
  },
};

export const avatarId = '3c90c3cc-0d44-4b50-8888-8dd25736052a';

/** Without the two fields that LiveAvatar's text says exclude each other. */
export const liveAvatarExample: Record<string, unknown> = {
  avatar_id: avatarId,
  mode: 'FULL',
  is_sandbox: false,
  video_settings: { quality: 'high', encoding: 'H264' },
  max_session_duration: 123,
  interactivity_type: 'CONVERSATIONAL',
  llm_configuration_id: avatarId,
  dynamic_variables: {},
  memory: { prev_session_id: avatarId, session_memory_id: avatarId },
};

export const avatarPersona: Record<string, unknown> = {
  voice_id: avatarId,
  context_id: avatarId,
  language: 'en',
  voice_settings: {
    provider: 'elevenLabs',
    speed: 1,
    stability: 0.75,
    similarity_boost: 0.75,
    style: 0,
    use_speaker_boost: true,
    model: 'eleven_flash_v2_5',
    apply_language_text_normalization: false,
  },
  stt_config: {},
};

export const voiceAgent: Record<string, unknown> = {
  id: avatarId,
  language: '<string>',
  dynamic_variables: {},
};

export const liteExample: Record<string, unknown> = {
  mode: 'LITE',
  avatar_id: avatarId,
  livekit_config: {
    livekit_url: 'wss://example.livekit.cloud',
    livekit_room: 'room',
    livekit_client_token: 'client-token-of-the-room',
  },
};
