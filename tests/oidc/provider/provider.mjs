// An OpenID provider for tests, on a free port of the loopback address:
//
//   node provider.mjs FOLDER SETTINGS
//
// FOLDER holds node_modules; SETTINGS is JSON with `realm`, `clients` (as oidc-provider takes them) and `people`
// (`{name: {password, claims}}`). It prints its URL once it listens. `POST /rotate` gives it a new signing key;
// the former one stays published with `?keep=1`.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [folder, text] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${folder}/node_modules/oidc-provider/lib/index.js`));

const settings = JSON.parse(text);
const prefix = `/realms/${settings.realm}`;
const cookieKey = randomBytes(32).toString("hex");
const keys = [];
let provider;
let answer;

function newKey(keep) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: randomBytes(8).toString("hex") };
  keys.splice(0, keep ? 0 : keys.length, key);
}

const claimsOf = (name) => ({ sub: name, ...settings.people[name]?.claims });

// Sessions, codes and grants live outside of it: another one with other keys goes on where this one was.
function serve(issuer) {
  provider = new Provider(issuer, {
    clients: settings.clients,
    jwks: { keys },
    cookies: { keys: [cookieKey] },
    pkce: { required: () => true, methods: ["S256"] },
    claims: { openid: ["sub", "email", "email_verified", "sip_identity", "realm_access"] },
    conformIdTokenClaims: false,
    findAccount: (_, name) => settings.people[name] && { accountId: name, claims: () => claimsOf(name) },
    extraTokenClaims: (_, token) => {
      const { sub, ...claims } = claimsOf(token.accountId);
      return claims;
    },
    interactions: { url: (_, interaction) => `${prefix}/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = page("Log out?", `${form}${button("Log out", 'form="op.logoutForm" name="logout" value="yes"')}`);
        },
      },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "",
          audience: "account",
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  });
  answer = provider.callback();
}

const button = (label, attributes = "") => `<button type="submit" ${attributes}>${label}</button>`;

const page = (title, content) =>
  `<!doctype html><html lang="en"><head><title>${title}</title><link rel="icon" href="data:,"></head>` +
  `<body><h1>${title}</h1>${content}</body></html>`;

const field = (name, type) => `<label>${name} <input name="${name}" type="${type}"></label>`;

async function form(request) {
  let body = "";
  for await (const part of request) body += part;
  return new URLSearchParams(body);
}

async function interact(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    const content = prompt.name === "login" ? field("name", "text") + field("password", "password") : "";
    const label = prompt.name === "login" ? "Sign in" : "Allow";
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(page(`${label}: ${params.client_id}`, `<form method="post">${content}${button(label)}</form>`));
    return;
  }
  let result;
  if (prompt.name === "login") {
    const filled = await form(request);
    const right = settings.people[filled.get("name")]?.password === filled.get("password");
    result = right ? { login: { accountId: filled.get("name") } } : { error: "access_denied" };
  } else {
    const grant =
      (await provider.Grant.find(grantId)) ??
      new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result = { consent: { grantId: await grant.save() } };
  }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://127.0.0.1");
  try {
    if (request.method === "POST" && url.pathname === "/rotate") {
      newKey(url.searchParams.has("keep"));
      serve(provider.issuer);
      response.end();
    } else if (url.pathname.startsWith(`${prefix}/interaction/`)) {
      await interact(request, response);
    } else if (url.pathname.startsWith(`${prefix}/`)) {
      request.originalUrl = request.url;
      request.url = request.url.slice(prefix.length);
      await answer(request, response);
    } else {
      response.writeHead(404).end();
    }
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
});

server.listen(0, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}/`;
  newKey(false);
  serve(`${url}realms/${settings.realm}`);
  console.log(`Serving on ${url}`);
});
