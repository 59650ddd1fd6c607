-- uses: told
-- Redis needs the room: forgets deliveries that have ended, those first that did so first, whosever they are. Those that
-- wait or are on their way stay. ARGV: most   Returns how many that were
local forgotten, most = 0, tonumber(ARGV[1])
even_when_full()
-- What is older went by itself: it gives no room, and nobody else may have looked at the indexes since.
for _, index in ipairs({ key.ended_deliveries, key.told_places }) do
  redis.call('ZREMRANGEBYSCORE', index, '-inf', int(now_ms() - DELIVERY_LOG_MS))
end

local function leave_lists(tenant, msg, endpoint)
  redis.call('ZREM', key.deliveries(tenant), msg)
  redis.call('ZREM', key.endpoint(tenant, endpoint) .. ':deliveries', msg)
  forgotten = forgotten + 1
end

local function forget_record(member)
  local tenant, msg = string.match(member, '^([^:]+):(.+)$')
  local record = key.delivery(tenant, msg)
  local d = get(record, 'status', 'endpoint', 'subject')
  redis.call('ZREM', key.ended_deliveries, member)
  -- It may have gone by itself, or be sent again.
  if not d.status or d.status == 'pending' or d.status == 'sending' then return end
  redis.call('DEL', record, record .. ':attempts')
  if d.subject then redis.call('ZREM', key.deliveries_of(tenant, d.subject), msg) end
  leave_lists(tenant, msg, d.endpoint or '')
end

-- The oldest of those that are told in one key, at most so many; of very many in one, the oldest of some.
local function forget_lines(member, room)
  local tenant, bucket = string.match(member, '^([^:]+):(.+)$')
  local place, jobs = key.told(tenant, bucket), {}
  local next_, fields = '0'
  repeat
    next_, fields = unpack(redis.call('HSCAN', place, next_, 'COUNT', most))
  until next_ == '0' or #fields > 0
  for i = 1, #fields, 2 do
    -- By a clock that was put back, as by a failover, it may have ended before its job.
    local at, after = string.match(fields[i + 1], '^[^ ]* (%d+) [^ ]* [^ ]* (-?%d+) ')
    jobs[#jobs + 1] = { rest = fields[i], lines = fields[i + 1], ended = at + after }
  end
  table.sort(jobs, function(one, other) return one.ended < other.ended end)
  for _, job in ipairs(jobs) do
    if room <= 0 then return end
    redis.call('HDEL', place, job.rest)
    for endpoint in string.gmatch('\n' .. job.lines, '\n([^ ]+) ') do
      leave_lists(tenant, 'msg_' .. bucket .. job.rest .. '_' .. endpoint, endpoint)
      room = room - 1
    end
  end
  if next_ == '0' then redis.call('ZREM', key.told_places, member) end
end

while forgotten < most do
  local ended = redis.call('ZRANGE', key.ended_deliveries, 0, 0, 'WITHSCORES')
  local told = redis.call('ZRANGE', key.told_places, 0, 0, 'WITHSCORES')
  if not ended[1] and not told[1] then break end
  if not told[1] or ended[1] and tonumber(ended[2]) <= tonumber(told[2]) then
    forget_record(ended[1])
  else
    forget_lines(told[1], most - forgotten)
  end
end
return forgotten
