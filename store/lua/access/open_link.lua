-- uses: lists
-- Opens a link, once: from then on its record is a session's, known by the digest of the session's secret. Repeating it with
-- the same one changes nothing.
-- ARGV: clock offset, id, digest of the code, digest of the session's secret
-- Returns when the session ends in ms; nil for a link that is not there, was opened before, or has another code
local now = now_ms() + tonumber(ARGV[1])
local record = key.webhook_link(ARGV[2])
local stored = get(record, 'tenant', 'code', 'session', 'session_s', 'ends_at', 'restaurants')
if stored.code ~= ARGV[3] or now >= tonumber(stored.ends_at) then return false end
if stored.session then return stored.session == ARGV[4] and stored.ends_at end
local lasts = stored.session_s * 1000
local ends, index = int(now + lasts), key.webhook_links(stored.tenant)
-- It was let in when it was made.
even_when_full()
redis.call('HSET', record, 'session', ARGV[4], 'opened_at', int(now), 'ends_at', ends)
redis.call('PEXPIRE', record, int(lasts))
redis.call('ZADD', index, ends, ARGV[2])
redis.call('PEXPIREAT', index, int(tonumber(redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2])))
announce_list(stored.tenant, 'webhook-links', table.concat(cjson.decode(stored.restaurants), ','))
return ends
