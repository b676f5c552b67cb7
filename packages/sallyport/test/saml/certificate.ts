import { createSign, generateKeyPairSync } from "node:crypto";

/** A key, and the certificate that a SAML party would publish for it. Both are PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** Makes an RSA key and a certificate for it that it signed itself (RFC 5280, section 4.1). */
export function makeKeyPair(commonName: string): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const name = sequence(der(0x31, sequence(commonNameOid, der(0x0c, Buffer.from(commonName)))));
  const validity = sequence(time("20200101000000Z"), time("20991231235959Z"));
  const subjectKey = publicKey.export({ type: "spki", format: "der" });
  const serial = der(0x02, Buffer.from([1]));
  const toBeSigned = sequence(serial, sha256WithRsa, name, validity, name, subjectKey);
  const signature = createSign("sha256").update(toBeSigned).sign(privateKey);
  const bits = der(0x03, Buffer.concat([Buffer.from([0]), signature]));
  const lines = sequence(toBeSigned, sha256WithRsa, bits)
    .toString("base64")
    .replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function time(text: string): Buffer {
  return der(0x18, Buffer.from(text));
}

const commonNameOid = Buffer.from("0603550403", "hex");
const sha256WithRsa = Buffer.from("300d06092a864886f70d01010b0500", "hex");
