-- uses: archive, erasure, metrics, room
-- What people say of judged sentences, by the id of what has them: a job's, or a batch's with a line's number behind it, as
-- `jobs.feedback.line_id` joins them. No job's id has a slash.

-- Has the archive hear that something was said of one (`said`), or that it was taken back (`taken-back`): all of it, or one
-- aspect of one sentence. To a release that knows no feedback it is an end that it has heard of before.
local function tell_feedback(tenant, what, id, bounded, index, aspect)
  if index then
    tell_archive(tenant, 'ended', id, bounded, 'feedback', what, 'sentence', index, 'aspect', aspect)
  else
    tell_archive(tenant, 'ended', id, bounded, 'feedback', what)
  end
end

-- What a record takes beside its fields, with its places in the indexes.
local RECORD_BYTES = 600
-- What a field takes beside what is in it.
local FIELD_BYTES = 40

-- How many bytes more a field takes with this value; false: it is taken away.
local function grows_by(record, field, value)
  local before = redis.call('HGET', record, field)
  local function taken(text) return text and #field + #text + FIELD_BYTES or 0 end
  return taken(value) - taken(before)
end

-- A record takes so many bytes more.
local function weigh_feedback(tenant, id, bytes)
  redis.call('HINCRBY', key.feedback(tenant, id), 'bytes', int(bytes))
  count_bytes('feedback', tenant, bytes)
end

-- Takes all of it away that was said of one, and the sentences with it. Returns 1 when there was any.
local function forget_feedback(tenant, id)
  count_bytes('feedback', tenant, -(redis.call('HGET', key.feedback(tenant, id), 'bytes') or 0))
  local there = redis.call('DEL', key.feedback(tenant, id))
  redis.call('ZREM', key.feedbacks(tenant), id)
  redis.call('ZREM', key.feedback_expiring, join_task(tenant, id))
  local batch, line = string.match(id, '^(.-)/(%d+)$')
  if batch then redis.call('ZREM', key.feedback_lines(tenant, batch), line) end
  if there == 1 then note_erasure(now_ms()) end
  return there
end

-- The same of `most` lines of a batch. Returns whether there are more.
local function forget_lines(tenant, batch, most)
  local lines = redis.call('ZRANGE', key.feedback_lines(tenant, batch), 0, most)
  for i = 1, math.min(most, #lines) do forget_feedback(tenant, batch .. '/' .. lines[i]) end
  return #lines > most
end
