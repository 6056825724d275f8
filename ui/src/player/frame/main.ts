// The player document: nothing but rrweb's player, in a sandbox and under a policy that
// lets it load only from the origins that the project declares. It fetches nothing; the
// app that embeds it posts the events in.
import '@rrweb/replay/dist/style.css';
import './frame.css';
import { type Order, post, read, type Report } from '../protocol';
import { Stage } from './stage';

const host = document.getElementById('stage');

if (host && parent !== window) {
  const report = (message: Report) => post(parent, message);
  const stage = new Stage(host, report);
  addEventListener('message', (event) => {
    const order = read<Order>(event, parent);
    if (!order) return;
    try {
      obey(stage, order);
    } catch (error) {
      console.error(error);
      report({ kind: 'failed', load: 'load' in order ? order.load : 0 });
    }
  });
  report({ kind: 'ready' });
}

function obey(stage: Stage, order: Order) {
  switch (order.kind) {
    case 'load':
      return stage.begin(order);
    case 'append':
      return stage.append(order);
    case 'play':
      return stage.play();
    case 'pause':
      return stage.pause();
    case 'seek':
      return stage.seek(order.at, order.seek);
    case 'frame':
      return stage.frame(order.direction, order.seek);
    case 'speed':
      return stage.speed(order.speed);
  }
}
