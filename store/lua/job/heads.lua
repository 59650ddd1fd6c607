-- uses: turns
-- Notes which message is next in each queue and since when: a message of another Celery client does not say when it was
-- sent, so its age is known from when it became the next. What was called up in front of it waits elsewhere. ARGV: all queues
local now = int(now_ms())
even_when_full()
local all_noted = redis.call('HMGET', key.queue_heads, unpack(ARGV))
for i, queue in ipairs(ARGV) do
  local message, noted = redis.call('LRANGE', queue, -1, -1)[1], all_noted[i]
  if called_up(queue, message) == 1 then message = redis.call('LRANGE', queue, -2, -2)[1] end
  if not message then
    if noted then redis.call('HDEL', key.queue_heads, queue, queue .. '_at') end
  else
    local digest = redis.sha1hex(message)
    if noted ~= digest then redis.call('HSET', key.queue_heads, queue, digest, queue .. '_at', now) end
  end
end
