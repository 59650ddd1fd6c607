-- uses: erasure, metrics
-- What people say of judged sentences.

-- Takes all of it away that was said of a job, and the sentences with it. Returns 1 when there was any.
local function forget_feedback(tenant, id)
  local there = redis.call('DEL', key.feedback(tenant, id))
  redis.call('ZREM', key.feedbacks(tenant), id)
  redis.call('ZREM', key.feedback_expiring, join_task(tenant, id))
  if there == 1 then note_erasure(now_ms()) end
  return there
end
