import { TOKEN, type Dialect } from './contender.ts';

/** One object with what each of the JSON vendors promises. */
export const json: Dialect = {
  contentType: 'application/json',
  success: (padding = '') =>
    JSON.stringify({
      session_token: TOKEN,
      session_id: TOKEN,
      value: TOKEN,
      id: TOKEN,
      object: 'customer',
      type: 'message',
      content: [{ type: 'text', text: TOKEN }],
      padding,
    }),
  failure: JSON.stringify({ error: { type: 'api_error', message: 'out of order' } }),
};

/** As the security token service of AWS answers. */
export const xml: Dialect = {
  contentType: 'text/xml',
  success: (padding = '') =>
    '<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials>' +
    `<AccessKeyId>id</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>${TOKEN}</SessionToken>` +
    '<Expiration>2040-01-01T00:00:00Z</Expiration></Credentials></GetSessionTokenResult>' +
    `<ResponseMetadata><RequestId>${padding}</RequestId></ResponseMetadata></GetSessionTokenResponse>`,
  failure:
    '<ErrorResponse><Error><Type>Receiver</Type><Code>Failure</Code><Message>out of order</Message></Error></ErrorResponse>',
};
