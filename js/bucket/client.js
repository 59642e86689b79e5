/** An S3-compatible bucket, by the client library of AWS, which is loaded only if it is asked for. */

const SDK = '@aws-sdk/client-s3';
const FORM = 's3://bucket/folder?endpoint=https://host&region=name';
const MAX_ATTEMPTS = 6;

/**
 * Where files are kept: s3://bucket/folder, with the server and its region if they are not AWS's.
 * @typedef {object} Address
 * @property {string} bucket
 * @property {string} prefix '' or with a slash at its end
 * @property {string | undefined} endpoint
 * @property {string | undefined} region
 */

/** @param {string} text @returns {Address} */
function parseAddress(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new Error(`${text} is no address of a bucket: ${FORM}`);
  }
  if (url.protocol !== 's3:' || url.hostname === '') {
    throw new Error(`${text} is no address of a bucket: ${FORM}`);
  }
  const folder = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  return {
    bucket: url.hostname,
    prefix: folder && `${folder}/`,
    endpoint: url.searchParams.get('endpoint') ?? undefined,
    region: url.searchParams.get('region') ?? undefined,
  };
}

/** @returns {typeof import('@aws-sdk/client-s3')} */
function loadSdk() {
  try {
    return require(SDK);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`a bucket needs the client library of AWS: npm install ${SDK}`);
  }
}

/** The part of S3 that is used here; credentials are found as all tools of AWS find them. */
class Bucket {
  #sdk = loadSdk();
  #client;
  #address;

  /** @param {string} address */
  constructor(address) {
    this.#address = parseAddress(address);
    const { endpoint, region } = this.#address;
    this.#client = new this.#sdk.S3Client({
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
      ...(region || endpoint ? { region: region ?? 'us-east-1' } : {}),
      maxAttempts: MAX_ATTEMPTS,
      // Servers that are not AWS's take the checksums for a part of the file.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  get title() {
    const { bucket, prefix } = this.#address;
    return `s3://${bucket}/${prefix}`;
  }

  /** @returns {AsyncGenerator<{name: string, bytes: number, modified: Date}>} */
  async *list() {
    const { bucket: Bucket, prefix } = this.#address;
    /** @type {string | undefined} */
    let ContinuationToken;
    do {
      const command = new this.#sdk.ListObjectsV2Command({
        ...{ Bucket, Prefix: prefix, ContinuationToken },
      });
      const answer = await this.#send(command);
      for (const { Key = '', Size = 0, LastModified = new Date(0) } of answer.Contents ?? []) {
        const name = Key.slice(prefix.length);
        if (name !== '') yield { name, bytes: Size, modified: LastModified };
      }
      ContinuationToken = answer.NextContinuationToken;
    } while (ContinuationToken);
  }

  /** @param {string} name @param {number} length @returns {Promise<Buffer>} the first so many bytes */
  async head(name, length) {
    const answer = await this.#get(name, { Range: `bytes=0-${length - 1}` });
    return Buffer.from(await /** @type {any} */ (answer.Body).transformToByteArray());
  }

  /** @param {string} name @returns {Promise<import('node:stream').Readable>} */
  async read(name) {
    return /** @type {any} */ ((await this.#get(name, {})).Body);
  }

  /** @param {string} name @param {object} options */
  #get(name, options) {
    const { bucket, prefix } = this.#address;
    const input = { Bucket: bucket, Key: prefix + name, ...options };
    return this.#send(new this.#sdk.GetObjectCommand(input));
  }

  /** @param {string} name @param {import('node:fs').ReadStream | Buffer} Body @param {number} ContentLength */
  async write(name, Body, ContentLength) {
    const { bucket, prefix } = this.#address;
    const input = { Bucket: bucket, Key: prefix + name, Body, ContentLength };
    await this.#send(new this.#sdk.PutObjectCommand(input));
  }

  /** @param {any} command @returns {Promise<any>} */
  async #send(command) {
    try {
      return await this.#client.send(command);
    } catch (error) {
      const { name, message } = /** @type {Error} */ (error);
      const why = message && message !== name ? `${name}: ${message}` : name;
      throw new Error(`${this.title} does not answer as it should (${why})`, { cause: error });
    }
  }

  close() {
    this.#client.destroy();
  }
}

module.exports = { Bucket, parseAddress };
