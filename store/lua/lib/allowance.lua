-- uses: accounting, usage
-- How much an organisation may have made: `waiting` sentences at once, sentences on one `day`, and `bytes` that its records
-- hold, as the operator says of it (`key.tenant_limits`) or of all. 0: no limit. As much as may wait may be scheduled, too.

-- The milliseconds until something of an organisation's is over by itself: of the oldest that it has, since that is what
-- goes first as long as all is kept equally long. A minute when nothing of that has ended.
local function until_over(tenant, now)
  local soonest = math.huge
  for _, id in ipairs(redis.call('ZRANGE', key.jobs(tenant), 0, 49)) do
    soonest = math.min(soonest, redis.call('HGET', key.job(tenant, id), 'expires_at') or math.huge)
  end
  for _, id in ipairs(redis.call('ZRANGE', key.batches(tenant), 0, 9)) do
    soonest = math.min(soonest, redis.call('HGET', key.batch(tenant, id), 'expires_at') or math.huge)
  end
  return soonest < math.huge and math.max(1000, soonest - now) or 60000
end

-- What an organisation has stored and may, where so many bytes besides were more than that `most`; or nil.
local function over_bytes(tenant, bytes, most)
  if most <= 0 then return end
  local stored = tonumber(redis.call('HGET', key.tenant_flow(tenant), 'stored') or 0)
  if stored + bytes > most then return stored, most end
end

-- Why nothing so heavy, of so many bytes, may be made for an organisation, or nil. What is to be done `later` fills no queue
-- yet, and others' work can be scheduled beside it.
local function refuse_own(tenant, weight, bytes, most_waiting, most_a_day, most_bytes, now, later)
  local own = redis.call('HMGET', key.tenant_limits(tenant), 'waiting', 'day', 'bytes')
  most_waiting, most_a_day = tonumber(own[1] or most_waiting), tonumber(own[2] or most_a_day)
  local stored, may = over_bytes(tenant, bytes, tonumber(own[3] or most_bytes))
  if stored then return { 'bytes', int(stored), int(may), int(until_over(tenant, now)), int(bytes) } end
  if most_waiting > 0 and later then
    local all = tonumber(redis.call('HGET', key.tenant_flow(tenant), 'scheduled') or 0)
    if all + weight > most_waiting then return { 'ahead', int(all), int(most_waiting) } end
  elseif most_waiting > 0 then
    local names, all = {}, 0
    for _, queue in ipairs(QUEUES) do
      for _, total in ipairs({ 'in:', 'out:', 'gone:' }) do names[#names + 1] = total .. queue end
    end
    local flow = redis.call('HMGET', key.tenant_flow(tenant), unpack(names))
    for i = 1, #flow, 3 do all = all + waiting(flow[i], flow[i + 1], flow[i + 2]) end
    if all + weight > most_waiting then return { 'own', int(all), int(most_waiting) } end
  end
  if most_a_day > 0 then
    local used = tonumber(redis.call('HGET', key.usage(tenant, day_of(now)), '||accepted') or 0)
    if used + weight > most_a_day then return { 'day', int(used), int(most_a_day), int(86400000 - now % 86400000) } end
  end
end
