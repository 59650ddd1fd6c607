-- uses: attempt
-- Takes waiting messages, in the order of the queues, and starts an attempt at each of their jobs.
-- KEYS: queues by priority   ARGV: most jobs, most sentences, lease in ms, idle (1: the device has nothing to do),
--   the name to claim under
-- Returns a list of {'job', name, value, ...} (see `claim_of`), {'message', tag, message} for messages that some other
-- Celery client sent, and {'rejected', size, queue, reason} for what is none; that takes a place too, so that a queue
-- full of it blocks nobody.
-- A job whose worker died (strikes > 0) is a suspect: it is taken alone, and only by an idle worker, so that it can
-- take no neighbour with it.
local most, budget, lease, idle = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local now = now_ms()
local out, weight = {}, 0
even_when_full()
-- Celery clients' own lists have no totals.
local counted = {}
for _, queue in ipairs(QUEUES) do counted[queue] = true end
fire_due(now, 100)

-- Whether anything but a worker may find out what a message is. What this cannot read may still be Celery's: half an
-- emoji, or nested deeply.
local function garbage(message, read, envelope)
  if not read then return not string.find(message, '"delivery_tag"', 1, true) end
  return not (type(envelope) == 'table' and type(envelope.properties) == 'table'
    and type(envelope.properties.delivery_tag) == 'string')
end

-- Hands a message that some other Celery client sent to the worker as it is.
local function hand_out(message, queue, tag)
  if not tag or redis.call('HEXISTS', key.claims, tag) == 1 then
    tag = redis.sha1hex(message) .. '/' .. redis.call('HINCRBY', key.counters, 'untagged', 1)
  end
  claim_message(tag, queue, message, now, lease)
  out[#out + 1] = { 'message', tag, message }
  weight = weight + 1
end

for _, queue in ipairs(KEYS) do
  while #out < most and weight < budget do
    local message = redis.call('RPOP', queue)
    if not message then
      if counted[queue] then count_empty(queue) end
      break
    end
    local read, envelope = pcall(cjson.decode, message)
    local headers = read and ours(message, envelope)
    if garbage(message, read, envelope) then
      local reason = 'It is no Celery message.'
      keep_rejected(queue, message, reason, now)
      out[#out + 1] = { 'rejected', #message, queue, reason }
    elseif not headers then
      hand_out(message, queue, read and envelope.properties.delivery_tag)
    else
      local tenant, id = split_task(headers.id)
      local record = key.job(tenant, id)
      local job = get(record, 'status', 'attempt', 'weight', 'strikes', 'deadline_at', 'limit_ms')
      if not job.status then
        -- Its job was deleted.
        count_out_gone(record, queue)
      elseif job.status ~= 'queued' then
        -- Ended meanwhile, or a second message for a job that an attempt holds.
        count_out_gone(record, queue, job.weight)
      elseif tonumber(job.strikes) > 0 and (#out > 0 or not idle) then
        redis.call('RPUSH', queue, message)
        return out
      elseif job.deadline_at and tonumber(job.deadline_at) <= now then
        count_out(queue, job.weight)
        finish(tenant, id, 'expired', now, { message = DEADLINE_PASSED })
      else
        -- The message keeps its delivery tag over all attempts; a late one must not name the claim of the next.
        local tag = envelope.properties.delivery_tag .. '/' .. job.attempt .. '/' .. ARGV[5]
        count_out(queue, job.weight)
        claim_message(tag, queue, message, now, lease)
        start(tenant, id, tag, job.weight, now, lease, job.limit_ms)
        out[#out + 1] = { 'job', unpack(claim_of(tenant, id, tag, now)) }
        weight = weight + tonumber(job.weight)
        if tonumber(job.strikes) > 0 then return out end
      end
    end
  end
end
return out
