-- uses: room_until
-- Marks of what was deleted or is past its time, which answer 410 for a while.

-- What one takes beside the name of its record, about: 181 bytes with one of 46 were measured (Redis 7.0).
local MARK_BYTES = 140

-- Leaves a mark in place of a record that is not there any more. Where there are too many marks there is none, and its id answers
-- 404, as it would a while later. While something is `left` of it, its message in a queue or what is owed to others, it has one: for
-- that there is a bound already (`count_out_gone`, `job/followed_up`).
local function mark_gone(tenant, record, now, left)
  local bytes = MARK_BYTES + #record
  if not full_until('marks', tenant, bytes, MARKS_BYTES) then
    count_until('marks', tenant, bytes, now, GONE_MS)
    redis.call('HSET', record, 'gone', 1)
  elseif left then
    redis.call('HSET', record, 'gone', 0)
  end
  redis.call('PEXPIRE', record, int(GONE_MS))
end
