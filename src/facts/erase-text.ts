import { type ErasedPeople, pseudonymLogin } from './erased-people.ts';

const EMAIL = /[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d-]+(?:\.[a-z\d-]+)+/gi;
/** What comes before a login: a mention, and the addresses of an account's page and of its API. */
const LOGIN = /(?<=(?<![\w.-])@|\/users\/|\/\/github\.com\/)[a-z\d](?:[a-z\d-]{0,38})(?:\[bot\])?/gi;

/** The name before an email in a trailer of a commit: `Co-authored-by: Ann Lee <ann@acme.example>`. */
const TRAILER = /^([a-z-]+-by: *)[^<\n]*(<([^>\n]+)>)/gim;

/** A text without the emails of erased people and without mentions of their logins. A bare word is nobody's name. */
export function eraseFromText(text: string, people: ErasedPeople): string {
  return text
    .replace(TRAILER, (trailer, by: string, address: string, email: string) => {
      const pseudonym = people.pseudonymOf({ kind: 'email', value: email });
      return pseudonym === undefined ? trailer : `${by}${pseudonymLogin(pseudonym)} ${address}`;
    })
    .replace(EMAIL, (email) => {
      const known = people.pseudonymOf({ kind: 'email', value: email });
      return known === undefined ? email : people.pseudonymEmail(email);
    })
    .replace(LOGIN, (login) => {
      const pseudonym = people.pseudonymOf({ kind: 'login', value: login });
      return pseudonym === undefined ? login : pseudonymLogin(pseudonym);
    });
}
