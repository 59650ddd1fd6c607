-- uses: lists
-- Gives an API key a fresh token; those that it had are good for a while longer.
-- ARGV: clock offset, tenant, id, digest of the new token, time of grace in ms, most tokens
-- Returns 'rotated' | 'missing' | 'ended'
local now = now_ms() + tonumber(ARGV[1])
even_when_full()
local tenant, id, digest, grace, most = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
local record = key.api_key(id)
local stored = get(record, 'tenant', 'tokens', 'expires_at')
if stored.tenant ~= tenant then return 'missing' end
if not stored.tokens or (stored.expires_at and tonumber(stored.expires_at) <= now) then return 'ended' end
local old = cjson.decode(stored.tokens)
-- The same call again, after its answer was lost on the way.
if old[1].digest == digest then return 'rotated' end
local tokens = { { digest = digest, until_ms = cjson.null } }
for _, token in ipairs(old) do
  local ends = token.until_ms == cjson.null and now + grace or math.min(token.until_ms, now + grace)
  if ends > now and #tokens < most then tokens[#tokens + 1] = { digest = token.digest, until_ms = ends } end
end
redis.call('HSET', record, 'tokens', cjson.encode(tokens))
announce_list(tenant, 'keys')
return 'rotated'
