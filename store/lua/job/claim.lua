-- uses: attempt, choice, turns
-- Takes waiting messages, in the order of the queues and in turns within each (`lib/turns.lua`), and starts an attempt at
-- each of their jobs.
-- KEYS: queues by priority   ARGV: most jobs, most sentences, lease in ms, idle (1: the device has nothing to do),
--   the name to claim under, then the versions of models that the worker serves; none: whichever is asked for
-- Returns a list of {'job', ...} (see `claim_of`), {'message', tag, message} for messages that some other
-- Celery client sent, and {'garbage', tag, message} for what is none, to be put aside (`job/reject`); that takes a place
-- too, so that a queue full of it blocks nobody.
-- A job that needs another version waits for a worker that serves it, and the message of one that has ended means nothing any
-- more; {'passed'} says so when nothing else is returned.
-- A job whose worker died (strikes > 0) is a suspect: it is taken alone, and only by an idle worker, so that it can
-- take no neighbour with it.
local most, budget, lease, idle = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4] == '1'
local now = now_ms()
local out, weight, held = {}, 0, 0
local serves, passed_over = {}, 0
-- So many messages at most one call passes over: jobs that were called off, deleted or are late may be all of a queue, and
-- nobody else is served meanwhile.
local MOST_PASSED = 100
-- What that costs their organisation, in sentences: little, but then it is others' turn.
local PASSING = 0.01
for i = 6, #ARGV do serves[ARGV[i]] = true end
even_when_full()
-- Celery clients' own lists have no totals, and no turns.
local counted, turns_everywhere = {}, {}
for i, queue in ipairs(QUEUES) do counted[queue], turns_everywhere[i] = true, key.turns(queue) end
fire_due(now, 100)
-- Mostly nobody waits apart, which one call tells.
local taking_turns = redis.call('EXISTS', unpack(turns_everywhere)) > 0

-- Whether anything but a worker may find out what a message is. What this cannot read may still be Celery's: half an
-- emoji, or nested deeply.
local function garbage(message, read, envelope)
  if not read then return not string.find(message, '"delivery_tag"', 1, true) end
  return not (type(envelope) == 'table' and type(envelope.properties) == 'table'
    and type(envelope.properties.delivery_tag) == 'string')
end

-- Hands a message that Kritiq did not make to the worker as it is.
local function hand_out(kind, message, queue, tag)
  if not tag or redis.call('HEXISTS', key.claims, tag) == 1 then
    tag = redis.sha1hex(message) .. '/' .. redis.call('HINCRBY', key.counters, 'untagged', 1)
  end
  claim_message(tag, queue, message, now, lease)
  out[#out + 1] = { kind, tag, message }
  weight = weight + 1
end

-- Job (as in sets) and delivery tag of a message of ours. Any other is dealt with here: then nothing is returned.
local function read(message, queue)
  local task, tag = written_by_us(message)
  if tag then return task, tag end
  local good, envelope = pcall(cjson.decode, message)
  if garbage(message, good, envelope) then return hand_out('garbage', message, queue) end
  tag, task = good and envelope.properties.delivery_tag, good and ours(envelope)
  if task then return task, tag end
  hand_out('message', message, queue, tag)
end

-- Takes from one queue, by `turns` where somebody waits for one. Returns why it stopped ('empty', 'full', or 'alone':
-- nothing may be taken beside it), and what is to be counted out of the queue for all jobs that were started: by
-- organisation, sentences and jobs.
local function take(queue, turns)
  local sentences, jobs = {}, {}
  local function pass_over(cost)
    passed_over = passed_over + 1
    if turns then turns.charge(cost) end
  end
  local function count_later(tenant, own)
    sentences[tenant], jobs[tenant] = (sentences[tenant] or 0) + own, (jobs[tenant] or 0) + 1
  end
  while #out < most and weight < budget and passed_over < MOST_PASSED do
    local message
    if turns then message = turns.next_message() else message = redis.call('RPOP', queue) end
    if not message then return 'empty', sentences, jobs end
    local task, tag = read(message, queue)
    if not task then
      if turns then turns.charge(1) end
    else
      local tenant, id = split_task(task)
      local found = claimable(tenant, id)
      local status, version, limit, _, attempt, own, _, strikes, deadline = unpack(found)
      local needs, by
      if status == 'queued' then needs, by = choose(tenant, id, found) end
      if not status then
        -- Its job was deleted.
        count_out_gone(key.job(tenant, id), tenant, account_of(queue))
        pass_over(PASSING)
      elseif status ~= 'queued' then
        -- Ended meanwhile, or a second message for a job that an attempt holds.
        count_out_gone(key.job(tenant, id), tenant, account_of(queue), own)
        pass_over(PASSING)
      elseif needs and ARGV[6] and not serves[needs] then
        count_later(tenant, own)
        wait_for_model(tenant, id, queue, message, own, needs, by)
        pass_over(own)
      elseif strikes ~= '0' and (#out > 0 or not idle) then
        if turns then turns.give_back(message) else redis.call('RPUSH', queue, message) end
        return 'alone', sentences, jobs
      elseif deadline and tonumber(deadline) <= now then
        count_out(tenant, account_of(queue), own)
        finish(tenant, id, 'expired', now, { message = DEADLINE_PASSED })
        pass_over(PASSING)
      else
        -- The message keeps its delivery tag over all attempts; a late one must not name the claim of the next.
        tag = tag .. '/' .. attempt .. '/' .. ARGV[5]
        claim_message(tag, queue, message, now, lease)
        start(tenant, id, account_of(queue), tag, now, lease, limit, { status = status, version = version }, by)
        found[#found] = by or false
        out[#out + 1] = claim_of(tenant, id, tag, now, found)
        count_later(tenant, own)
        weight, held = weight + own, held + own
        if turns then turns.charge(own) end
        if strikes ~= '0' then return 'alone', sentences, jobs end
      end
    end
  end
  return 'full', sentences, jobs
end

for _, queue in ipairs(KEYS) do
  if #out >= most or weight >= budget then break end
  local turns = taking_turns and counted[queue] and taken_in_turns(queue) or nil
  if turns and not turns.open() then turns = nil end
  local why, sentences, jobs = take(queue, turns)
  for tenant, number in pairs(jobs) do count_out(tenant, account_of(queue), sentences[tenant], number) end
  if turns then turns.close() end
  if why == 'empty' and counted[queue] then count_empty(queue) end
  if why == 'alone' then break end
end
if held > 0 then hold(held) end
-- Behind what was passed over there may be work.
if passed_over > 0 and #out == 0 then out[1] = { 'passed' } end
return out
