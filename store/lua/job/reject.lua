-- uses: attempt
-- Acknowledges a message that nobody can be answered for, and keeps it for the operator.
-- ARGV: tag, message, reason   Returns the queue that it was in, '' when it was not held.
local tag, message, reason = ARGV[1], ARGV[2], ARGV[3]
even_when_full()
local queue = claimed(tag) or ''
-- The same call again, after its answer was lost on the way: what it kept is among the latest.
for _, kept in ipairs(redis.call('LRANGE', key.rejected, 0, 19)) do
  local about = cjson.decode(string.match(kept, '^[^\n]*'))
  if about.tag == tag then return about.queue end
end
keep_rejected(queue, message, reason, now_ms(), tag)
unclaim(tag)
return queue
