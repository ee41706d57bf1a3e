/** A real OpenID Connect provider on loopback: node provider.mjs REDIRECT_URI; prints its issuer.
 *
 * An account is called NAME.GROUP.GROUP and any password is right; one that begins with "unverified" has no verified
 * e-mail. Groups are told by the userinfo endpoint alone, as many providers do it.
 */
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const server = createServer().listen(0, "127.0.0.1", () => {
  const issuer = `http://localhost:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: "offrecord", client_secret: "a-secret-of-the-tests", redirect_uris: [process.argv[2]] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], groups: ["groups"] },
    scopes: ["openid", "email", "groups"],
    pkce: { required: () => true },
    cookies: { keys: ["a key of the tests"] },
    findAccount: (context, id) => ({
      accountId: id,
      claims: async () => ({
        sub: id,
        email: `${id.split(".")[0]}@lumen.example`,
        email_verified: !id.startsWith("unverified"),
        groups: id.split(".").slice(1).map((group) => `offrecord-${group}`),
      }),
    }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
