'use strict';

// Secrets that can be told by their looks, wherever they stand: in a value, a message, a stack, an argument.

const CUT = '[redacted]';

/**
 * One row per kind: its rule, what it looks like, and what of it stays. No pattern backtracks over more than a word.
 * @type {[rule: string, pattern: RegExp, replacement: string | ((found: string) => string)][]}
 */
const PATTERNS = [
  // Also one that is cut at its end, and one whose lines a JSON text or a source line has as \n.
  [
    'pem',
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY[^-]*-----(?:[^-]|-(?!----END))*(?:-----END [A-Z0-9 ]*-----)?/g,
    CUT,
  ],
  // V8's previews have … for the middle of a long text.
  ['jwt', /\beyJ[\w…-]{6,}\.[\w…-]{6,}(?:\.[\w…-]*)*/g, CUT],
  ['aws', /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g, CUT],
  ['gcp', /\bAIza[\w-]{35}|\bya29\.[\w.-]{20,}|\bGOCSPX-[\w-]{20,}/g, CUT],
  ['github', /\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}/g, CUT],
  ['gitlab', /\bglpat-[\w-]{20,}/g, CUT],
  ['slack', /\bxox[abeoprs]-[\w-]{10,}|\bhooks\.slack\.com\/services\/[\w/]+/g, CUT],
  ['stripe', /\b[prs]k_(?:live|test)_\w{16,}/g, CUT],
  ['npm', /\bnpm_[A-Za-z0-9]{36}/g, CUT],
  ['openai', /\bsk-[\w-]{20,}/g, CUT],
  ['authorization', /\b(?:bearer|basic|negotiate) +[\w.~+/-]{8,}=*/gi, cutAuthorization],
  // scheme://user:password@host, and scheme://:password@host
  [
    'url',
    /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/?#"'`\\]{0,200}:)[^\s@/"'`\\]{1,1000}(?=@)/gi,
    `$1${CUT}`,
  ],
  ['card', /\b(?:\d[ -]?){12,18}\d\b/g, cutCard],
];

// name=value, "name":"value", name => 'value', --name 'value': as in connection strings, queries, messages and JSON texts.
const ASSIGNMENT =
  /([\w.-]{1,64})(["'\\]{0,4}\s{0,4}(?:[:=]|=>)\s{0,4}["'\\]{1,4}|=)([^\s"'`\\,;&)}\]]+)/g;

// Most texts hold nothing of the kind, and this says so at once.
const SUSPECT =
  /[\w.-]=\S|[:=>]\s{0,4}["'\\]|:\/\/[^\s/]*@|-----BEGIN|eyJ|A[KSBC][IC]A|AIza|ya29|GOCSPX|gh[pousr]_|hub_pat|glpat|xox|slack|k_(?:live|test)|npm_|sk-|\d(?:[ -]?\d){12}|(?:er|ic|st|te|ER|IC|ST|TE) +\S{8}/;

// The same for texts within a JSON text, where a quote of theirs has a backslash before it, and one without is JSON's.
const SUSPECT_JSON = new RegExp(SUSPECT.source.replace(`["'\\\\]`, `['\\\\]`));

/** Whether any string in it may be a suspect. @param {string} text JSON */
function isSuspectJson(text) {
  return SUSPECT_JSON.test(text);
}

/** A word after "basic" may be any; a credential has a digit, or is base64 of what has a colon. @param {string} found */
function cutAuthorization(found) {
  const [scheme, value] = found.split(/ +/);
  const isCredential = /\d/.test(value) || Buffer.from(value, 'base64').includes(58);
  return isCredential ? `${scheme} ${CUT}` : found;
}

/** Of what could be the number of a card: issued by somebody, and with the check digit right. @param {string} found */
function cutCard(found) {
  const digits = found.replace(/\D/g, '');
  const isIssued =
    /^(?:4|5[1-5]|2[2-7]|6(?:011|4[4-9]|5)|3[47]|3[068]|35)/.test(digits) && digits.length >= 13;
  return isIssued && isLuhn(digits) ? CUT : found;
}

/** @param {string} digits */
function isLuhn(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * ((i % 2) + 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/**
 * @param {string} text
 * @param {(name: string) => string | undefined} ruleOf the rule by which what has this name is secret
 * @param {(rule: string) => void} onCut called once for each secret
 * @returns {string} without them
 */
function cutSecrets(text, ruleOf, onCut) {
  if (text.length < 6 || !SUSPECT.test(text)) return text;
  let rest = text;
  for (const [rule, pattern, replacement] of PATTERNS) {
    rest = rest.replace(pattern, (found, ...groups) => {
      const by =
        typeof replacement === 'string'
          ? replacement.replace('$1', () => groups[0])
          : replacement(found);
      if (by !== found) onCut(rule);
      return by;
    });
  }
  return rest.replace(ASSIGNMENT, (found, name, sign, value) => {
    const rule = value.startsWith('[redacted') ? undefined : ruleOf(name);
    if (!rule) return found;
    onCut(rule);
    return name + sign + CUT;
  });
}

module.exports = { CUT, cutSecrets, isSuspectJson };
