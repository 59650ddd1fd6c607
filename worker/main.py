"""What `celery -A worker.main worker` loads: the one module that builds something at import."""

from jobs.settings import load_settings
from worker.app import create_app
from worker.consumer.bootstep import BatchConsumerStep
from worker.tasks import add_tasks

app = create_app(load_settings())
add_tasks(app)
app.steps["worker"].add(BatchConsumerStep)
