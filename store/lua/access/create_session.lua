-- Stores a browser's session. Of those of one key the oldest makes room.
-- ARGV: clock offset, digest, key id, digest of the token that was shown, lifetime in ms, most sessions of a key
-- Returns when it ends in ms
local now = now_ms() + tonumber(ARGV[1])
local digest, id, lifetime, most = ARGV[2], ARGV[3], ARGV[5], tonumber(ARGV[6])
local record, index, ends = key.session(digest), key.sessions(id), int(now + tonumber(lifetime))
redis.call('ZREMRANGEBYSCORE', index, '-inf', int(now))
local over = redis.call('ZCARD', index) - most + 1
for _, old in ipairs(over > 0 and redis.call('ZRANGE', index, 0, over - 1) or {}) do
  redis.call('DEL', key.session(old))
  redis.call('ZREM', index, old)
end
redis.call('HSET', record, 'key_id', id, 'token_digest', ARGV[4], 'expires_at', ends)
redis.call('PEXPIRE', record, lifetime)
redis.call('ZADD', index, ends, digest)
redis.call('PEXPIRE', index, lifetime)
return ends
