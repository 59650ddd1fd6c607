// Who is signed in: a cookie that no script can read, and the token that shows that an order comes from this page.
let csrf = null;
// In a link's page no cookie, which browsers may keep back in another site's frame: a token that only this page has.
let bearer = null;

/** The token that a request carries instead of a cookie; null where a cookie speaks. */
export const bearerToken = () => bearer;

/** Opens a link by the code in the address, once, and takes it out of there. What `who` tells of a caller. Raises Problem. */
export async function openLink(request, id, signal) {
  const body = { code: location.hash.slice(1) || "-" };
  const { token, restaurants, expires_at } = await (await request("POST", `/v1/webhook-links/${id}/open`, { body, signal })).json();
  bearer = token;
  history.replaceState(null, "", location.pathname + location.search);
  return { scopes: ["webhooks:manage"], restaurants, expires_at, by_link: true };
}

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

/** Raises Problem. */
export async function signOut(request) {
  try {
    await request("DELETE", "/v1/session");
  } catch (problem) {
    // It had ended by itself.
    if (problem.status !== 401) throw problem;
  }
  csrf = null;
}

function kept(caller) {
  csrf = caller.csrf_token;
  return caller;
}

/** Whether the caller looks after the whole deployment. */
export const operates = (caller) => caller.tenant === "default" && may(caller, "models:manage");

/** Whether the caller is told of drift, whose figures are of all restaurants of its organisation together. */
export const seesDrift = (caller) => may(caller, "models:manage") && caller.restaurants.length === 0;

/** Whether the caller's key has a scope; `admin` has all. */
export function may(caller, scope) {
  return caller.scopes.includes("admin") || caller.scopes.includes(scope);
}
