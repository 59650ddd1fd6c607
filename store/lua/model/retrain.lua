-- uses: lists
-- Has a model retrained: keeps what was asked for, and puts the message into the trainer's queue. Repeating it changes
--   nothing.
-- ARGV: id, the version that learns, what was asked for as JSON, when in ms, how long it is kept in ms,
--   the message, '' where a trainer has it already
-- Returns {'asked'} | {'under way', the retraining of this version that has not ended}
local id, base, kept = ARGV[1], ARGV[2], ARGV[5]
local record, of_base, now = key.retraining_asked(id), key.retraining_of(base), now_ms()

-- Whether somebody may be at work on it, or may yet be.
local function under_way(other)
  if redis.call('EXISTS', key.retraining_asked(other)) == 0 then return false end
  local told = redis.call('GET', key.result(other))
  if told and string.find(ENDED_TASKS, ' ' .. cjson.decode(told).status .. ' ', 1, true) then return false end
  -- What was called off ends with the first who takes it.
  local off = redis.call('ZSCORE', key.revoked, other)
  return not (off and tonumber(off) > now and redis.call('EXISTS', key.retraining(other)) == 0)
end

if redis.call('EXISTS', record) == 1 then return { 'asked' } end
local other = redis.call('GET', of_base)
if other and under_way(other) then return { 'under way', other } end
redis.call('HSET', record, 'base', base, 'asked', ARGV[3], 'at', ARGV[4])
redis.call('PEXPIRE', record, kept)
redis.call('SET', of_base, id, 'PX', kept)
redis.call('ZREMRANGEBYSCORE', key.retrainings, '-inf', int(now - kept))
-- Whoever asks for the future would stand in the list until then.
redis.call('ZADD', key.retrainings, int(math.min(tonumber(ARGV[4]), now)), id)
if ARGV[6] ~= '' then redis.call('LPUSH', RETRAIN_QUEUE, ARGV[6]) end
announce_list('default', 'retrainings')
return { 'asked' }
