// Who is signed in: a cookie that no script can read, and the token that shows that an order comes from this page.
let csrf = null;

/** What a request that changes something carries. */
export const csrfToken = () => csrf;

/** The caller as `GET /v1/session` tells it: {tenant, key_id, scopes, restaurants, …}. */
export async function who(request, signal) {
  return kept(await (await request("GET", "/v1/session", { signal })).json());
}

/** Shows the API key once; from then on the cookie speaks for it. Raises Problem. */
export async function signIn(request, key) {
  return kept(await (await request("POST", "/v1/session", { headers: { Authorization: `Bearer ${key}` } })).json());
}

export async function signOut(request) {
  await request("DELETE", "/v1/session");
  csrf = null;
}

function kept(caller) {
  csrf = caller.csrf_token;
  return caller;
}

/** Whether the caller's key has a scope; `admin` has all. */
export function may(caller, scope) {
  return caller.scopes.includes("admin") || caller.scopes.includes(scope);
}
