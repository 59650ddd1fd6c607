-- uses: delivery_forget
-- Forgets what receivers answered to some webhooks about a batch, those first that were made first: it may repeat what lines
-- said that are erased now (`batch/erase_lines`). ARGV: tenant, batch, since when, most
-- Returns since when the rest is, or '' when that were all
local tenant = ARGV[1]
even_when_full()
local some, rest = some_about(tenant, ARGV[2], ARGV[3], tonumber(ARGV[4]))
for _, msg in ipairs(some) do
  local d = get(key.delivery(tenant, msg), 'status', 'attempts')
  -- What is being sent may tell of them still: its answer is not kept either (`delivery/record`).
  if d.status == 'sending' then redis.call('HSET', key.delivery(tenant, msg), 'unkept', d.attempts) end
end
forget_answers(tenant, some)
if #some > 0 then note_erasure(now_ms()) end
return rest or ''
