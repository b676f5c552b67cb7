export { type JwtSigner, jwtSigner, type KeyHints, type SigningKey } from "../wire/signed-jwt.ts";
