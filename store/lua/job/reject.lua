-- uses: attempt
-- Acknowledges a message that nobody can be answered for, and keeps it for the operator.
-- ARGV: tag, message, reason   Returns the queue that it was in, '' when it was not held.
local tag, message, reason = ARGV[1], ARGV[2], ARGV[3]
even_when_full()
local queue, held = claimed(tag)
if held ~= message then
  -- The same call again, after its answer was lost on the way: what it kept is among the latest. What is held is not: whoever
  -- sends messages may give all of them one tag.
  for _, kept in ipairs(redis.call('LRANGE', key.rejected, 0, 19)) do
    local head, kept_message = string.match(kept, '^([^\n]*)\n(.*)$')
    local about = cjson.decode(head)
    if about.tag == tag and kept_message == message then return about.queue end
  end
  keep_rejected('', message, reason, now_ms(), tag)
  return ''
end
keep_rejected(queue, message, reason, now_ms(), tag)
unclaim(tag)
return queue
