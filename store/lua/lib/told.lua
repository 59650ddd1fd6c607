-- Deliveries that arrived at the first attempt, as nearly all do. A record, a log and an index for each took five times as
-- much of Redis as what there is to tell of them: a line, in a field of their job's, with the jobs of half a minute in one
-- key (`store.told` reads them). Whatever is to happen to such a delivery again has a record again.

-- Longer answers are told by a record and its log. One of some words is shorter also when it is encrypted.
local LONGEST_ANSWER = 160

-- Key and field of a job's lines, and what names the key. Of a ULID the first seven characters change every half minute.
local function told_place(tenant, subject)
  local bucket, rest = string.match(subject, '^(%a+_%w%w%w%w%w%w%w)(%w+)$')
  if not bucket or #rest ~= 19 then bucket, rest = subject, '' end
  return key.told(tenant, bucket), rest, bucket
end

-- Whether what is kept at `now` in the key of a bucket may be, that other jobs share: it lives as long as the last of them, and
-- clients choose ids, too. Then those are of within an hour of the time that the bucket says.
local MOST_APART_MS = 3600000
local function is_near(bucket, now)
  local at = 0
  for char in string.gmatch(string.sub(bucket, -7), '.') do
    local digit = string.find('0123456789ABCDEFGHJKMNPQRSTVWXYZ', char, 1, true)
    if not digit then return false end
    at = 32 * at + digit - 1
  end
  return math.abs(now - 32768 * at) < MOST_APART_MS
end

-- No space and no line feed, as nothing within a line may have.
local function spelled(text)
  return (string.gsub(text, '[%% \n]', function(char) return string.format('%%%02X', string.byte(char)) end))
end

local function unspelled(text)
  return (string.gsub(text, '%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end))
end

-- The line of a delivery, its parts by name, or nil. The other times are milliseconds after `event_at`.
local function told_of(tenant, msg)
  local subject, endpoint = string.match(msg, '^msg_(.+)_(ep_%w+)$')
  if not subject then return end
  local place, field = told_place(tenant, subject)
  for line in string.gmatch(redis.call('HGET', place, field) or '', '[^\n]+') do
    local parts = {}
    for part in string.gmatch(line .. ' ', '([^ ]*) ') do parts[#parts + 1] = part end
    if parts[1] == endpoint then
      return {
        status = 'succeeded', trigger = 'schedule', subject = subject, endpoint = endpoint, event_at = parts[2],
        created = parts[3], started = parts[4], ended = parts[5], duration_ms = tonumber(parts[6]),
        answered = tonumber(parts[7]), type = parts[8], restaurant = unspelled(parts[9]), answer = unspelled(parts[10]),
      }
    end
  end
end

-- Whether there is a delivery, in whichever form.
local function is_there(tenant, msg)
  return redis.call('EXISTS', key.delivery(tenant, msg)) == 1 or told_of(tenant, msg) ~= nil
end

-- Puts other lines in the place of a job's: without that of an endpoint, or with one more.
local function put_line(tenant, subject, endpoint, line)
  local place, field = told_place(tenant, subject)
  local lines = {}
  for each in string.gmatch(redis.call('HGET', place, field) or '', '[^\n]+') do
    if string.match(each, '^[^ ]*') ~= endpoint then lines[#lines + 1] = each end
  end
  lines[#lines + 1] = line
  if #lines == 0 then
    redis.call('HDEL', place, field)
  else
    redis.call('HSET', place, field, table.concat(lines, '\n'))
  end
end

-- What receivers answered to webhooks about a job is kept no longer than that.
local function forget_told_answers(tenant, subject)
  local place, field = told_place(tenant, subject)
  local lines = redis.call('HGET', place, field)
  if lines then redis.call('HSET', place, field, (string.gsub(lines .. '\n', ' [^ \n]*\n', ' \n'))) end
end
