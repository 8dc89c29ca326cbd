import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { z } from 'zod';
import { Refusal } from './request.ts';
import type { Person } from './truth/person.ts';
import type { Installation, Truth } from './truth/truth.ts';

const HOUR = 3_600_000;
const claims = z.object({ iss: z.union([z.string(), z.number()]), iat: z.number(), exp: z.number() });

export interface InstallationToken {
  readonly value: string;
  readonly installation: Installation;
  readonly permissions: Readonly<Record<string, string>>;
  /** Undefined: every repository of the installation. */
  readonly repositoryIds: ReadonlySet<number> | undefined;
  readonly expiresAt: number;
}

/** Who asks: nobody, the App by its JWT, an installation, or a person who let the App act for them. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'app' }
  | { readonly kind: 'installation'; readonly token: InstallationToken }
  | { readonly kind: 'person'; readonly person: Person; readonly token: string };

/** Makes and checks the tokens of one App. */
export class Tokens {
  readonly appId: number;
  readonly privateKey: string;
  readonly #publicKey: KeyObject;
  readonly #truth: Truth;
  readonly #installationTokens = new Map<string, InstallationToken>();
  readonly #personTokens = new Map<string, Person>();
  #made = 0;

  constructor(truth: Truth, appId: number) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.privateKey = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
    this.#publicKey = createPublicKey(this.privateKey);
    this.appId = appId;
    this.#truth = truth;
  }

  create(token: Omit<InstallationToken, 'value' | 'expiresAt'>): InstallationToken {
    this.#made += 1;
    const value = `ghs_${this.#made.toString().padStart(6, '0')}${'x'.repeat(50)}`;
    const made = { ...token, value, expiresAt: Date.now() + HOUR };
    this.#installationTokens.set(value, made);
    return made;
  }

  createForPerson(person: Person): string {
    this.#made += 1;
    const value = `ghu_${this.#made.toString().padStart(6, '0')}${'x'.repeat(30)}`;
    this.#personTokens.set(value, person);
    return value;
  }

  /** Every installation token that was given out stops working; a new one can be had. */
  revokeAll(): void {
    this.#installationTokens.clear();
  }

  revoke(value: string): void {
    this.#installationTokens.delete(value);
    this.#personTokens.delete(value);
  }

  /** @throws Refusal for what GitHub does not take */
  identify(authorization: string | undefined): Caller {
    if (authorization === undefined) return { kind: 'nobody' };
    const value = readToken(authorization);
    if (value.split('.').length === 3) return this.#verifyJwt(value);
    const person = this.#personTokens.get(value);
    if (person) return { kind: 'person', person, token: value };
    const token = this.#installationTokens.get(value);
    if (!token || token.expiresAt < Date.now() || token.installation.deletedAt !== null) {
      throw new Refusal(401, 'Bad credentials');
    }
    if (token.installation.suspendedAt !== null) throw new Refusal(403, 'This installation has been suspended');
    return { kind: 'installation', token };
  }

  #verifyJwt(jwt: string): Caller {
    const [header = '', payload = '', signature = ''] = jwt.split('.');
    const isSigned = verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), this.#publicKey, decode(signature));
    if (!isSigned) throw new Refusal(401, 'A JSON web token could not be decoded');
    const { iss, iat, exp } = claims.parse(JSON.parse(decode(payload).toString()));
    const now = Date.now() / 1_000;
    if (Number(iss) !== this.appId) throw new Refusal(404, 'Integration not found');
    if (exp < now)
      throw new Refusal(
        401,
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      );
    if (exp - now > 601) throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
    if (iat > now + 1)
      throw new Refusal(
        401,
        "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
      );
    return { kind: 'app' };
  }

  /** The installations that a person may see. */
  installationsOf(person: Person): Installation[] {
    return this.#truth.installations.filter(
      ({ organization, deletedAt }) =>
        deletedAt === null && (organization.members.has(person) || organization.outsideCollaborators.includes(person)),
    );
  }
}

function decode(part: string): Buffer {
  return Buffer.from(part, 'base64url');
}

function readToken(authorization: string): string {
  const [scheme = '', value = ''] = authorization.split(' ');
  if (scheme.toLowerCase() !== 'basic') return value;
  return Buffer.from(value, 'base64').toString().split(':')[1] ?? '';
}
