// Every word that the page shows, in English and in Korean. {name} stands for a value.
const EN = {
  title: "livecam-label",
  gone: "The server does not answer. What you decided before is kept; keys do nothing until it is back.",
  "mode.review": "Review", "mode.annotate": "Annotate", modes: "What to do",
  gallery: "Gallery", keys: "Keys", language: "한국어", theme: "Light or dark", options: "Options", close: "Close",
  "option.auto_advance": "After the second click accept and go on",
  "option.snap": "A click snaps to the iris (Alt: exactly there)",
  eyes: "The eyes", "eye.right": "Right eye", "eye.left": "Left eye", whole: "The whole picture; a click goes there",
  bar: "Answers",
  "do.accept": "True", "do.accept.annotate": "Accept", "do.reject": "False", "do.skip": "Skip", "do.undo": "Undo",
  "do.closed": "Closed", "do.occluded": "Hidden", "do.both closed": "Both closed", "do.other eye": "Other eye",
  "do.not a face": "Not a face", "do.comment": "Comment", "do.quit": "Done",
  progress: "{done} of {of}", "progress.judging": "{done} of {of} for judging",
  "progress.round": "{count} labels until a round can run, some {minutes} min",
  "progress.camera": "{count} labels until a round can run, some {minutes} min; {frames} of them need {camera} min of camera first",
  "progress.ready": "a round can run",
  tally: "{count} {what}", "tally.labelled": "labelled", "tally.rejected": "rejected", "tally.skipped": "skipped",
  "tally.not a face": "not a face", pace: "{seconds} s each",
  kept: "kept in {store}", written: "written {time} UTC",
  "reason.low": "kept because the detector was unsure", "reason.disagree": "kept because two detectors disagreed",
  "reason.jump": "kept because a pupil jumped from one frame to the next", "reason.flag": "kept because somebody flagged it",
  "reason.random": "drawn at random, to judge models by",
  where: "{source} at {seconds} s", "decided.labelled": "you said: true", "decided.rejected": "you said: false",
  "decided.skipped": "you skipped it", "decided.not a face": "you said: not a face", disputed: "people disagree about it",
  "current.label": "label of {author}", "current.imported": "imported label", "current.prediction": "prediction of {finder} {version}",
  "current.carried": "proposal: label of {author}, carried over {apart} s", "current.none": "nothing was found",
  "said.point": "placed by you", "said.closed": "closed", "said.occluded": "the iris is hidden", "said.touched": "{what}, not kept yet",
  "guess.sure": "{percent} % sure", "guess.carried": "carried along the clip, {percent} % alike", "guess.closed": "closed", "guess.hidden": "iris hidden", "guess.label": "labelled", "guess.none": "nothing found",
  unreadable: "the picture cannot be read", "no map": "there is no class activation map of this picture yet",
  stale: "That was meant for another picture, and did nothing.", "ended key": "The session is over. Enter goes on.",
  "end.over": "The session is over. Everything you said is kept.", "end.nothing": "Nothing is left to decide.",
  "end.elsewhere": "{count} are before somebody else.", "end.go": "Go on", "end.back": "Back to the last one",
  "end.decided": "{count} decided: {what}", "end.pace": "{seconds} seconds each, at the median",
  "end.hasty": "{count} of them in under a quarter of a second", "end.left": "{count} left", "end.disputed": "{count} are disputed",
  "end.next": "How to go on", "end.kept": "Labels are in {store}",
  "help.title": "Keys", "labels.title": "The labels", "map.title": "Where the label goes wrong", "comment.title": "Comments",
  "comment.field": "Your comment", "comment.save": "Save", "comment.none": "nobody said anything yet",
  "mouse.click": "place the pupil here", "mouse.wheel": "zoom at the pointer", "mouse.wheel.annotate": "make the circle fit; with Ctrl: zoom",
  "mouse.drag": "move the picture; two fingers zoom", click: "click", wheel: "wheel", drag: "drag",
  "help.accept": "the prediction is right, next", "help.accept.annotate": "accept both eyes as drawn, next",
  "help.reject": "the prediction is wrong, next", "help.skip": "skip, next", "help.undo": "undo, as far back as you like",
  "help.next": "next without deciding", "help.previous": "previous", "help.other eye": "the other eye",
  "help.closed": "this eye is closed", "help.occluded": "its iris is hidden", "help.both closed": "both eyes are closed, next",
  "help.not a face": "this is not a face, next",
  "help.left": "left", "help.right": "right", "help.up": "up", "help.down": "down", "help.little": "the same by a tenth of a pixel",
  "help.wider": "larger circle", "help.narrower": "smaller circle", "help.contrast": "contrast", "help.pixels or smooth": "pixels or smooth",
  "help.landmarks": "landmarks", "help.hide what is drawn": "hide what is drawn", "help.class activation map": "class activation map",
  "help.show the labels": "the labels in figures", "help.export": "save the annotation file", "help.help": "this help",
  "help.zoom in": "zoom in", "help.zoom out": "zoom out", "help.zoom reset": "zoom and place as at first", "help.quit": "end; everything is kept",
  "help.other mode": "review or annotate", "help.gallery": "gallery", "help.comment": "comment",
  "say.sample": "{position} of {all}. {right}. {left}.", "say.eye": "{eye}: {what}",
  "labels.guess": "{eye}, to be judged", "labels.said": "{eye}, you", "labels.point": "({x}, {y}) radius {radius}", "labels.nothing": "nothing yet",
  "feedback.right": "A known picture: right.", "feedback.wrong": "A known picture: {percent} % of the eyes' distance beside the truth.",
  "feedback.no": "A known picture: not right.",
  "g.state": "State", "g.reason": "Why kept", "g.recording": "Recording", "g.person": "Person", "g.from": "Confidence from", "g.to": "to",
  "g.id": "Id begins with", "g.any": "all", "g.count": "{from}–{to} of {total}", "g.more": "More", "g.less": "Back", "g.batch": "Review in a grid of 12",
  "g.batch.how": "Mark the wrong ones; the others are true.", "g.batch.done": "Done: {wrong} false, {right} true",
  "g.batch.said": "{right} accepted, {wrong} rejected", "g.batch.refused": "{count} could not be judged: {why}", "g.undo": "Take it back",
  "g.open": "Open {id}", "g.like": "More like this", "g.like.of": "Most like {id} first", "g.all": "All again", "g.close": "Back to labelling", "g.none": "No samples.",
  "g.mark": "{id}: {state}, {percent} % sure", "g.comments": "{count} comments",
  "state.undecided": "undecided", "state.new": "undecided", "state.leased": "undecided", "state.labelled": "labelled", "state.rejected": "rejected",
  "state.skipped": "skipped", "state.disputed": "disputed", "state.not a face": "not a face", "state.gold": "known",
  "why.low": "unsure", "why.disagree": "disagreed", "why.jump": "jumped", "why.flag": "flagged", "why.random": "random",
};
const KO = {
  title: "livecam-label",
  gone: "서버가 응답하지 않습니다. 지금까지의 결정은 저장되어 있으며, 서버가 돌아올 때까지 키는 동작하지 않습니다.",
  "mode.review": "검토", "mode.annotate": "표시", modes: "작업 방식",
  gallery: "갤러리", keys: "키", language: "English", theme: "밝게 또는 어둡게", options: "설정", close: "닫기",
  "option.auto_advance": "두 번째 클릭 뒤 확정하고 다음으로",
  "option.snap": "클릭을 홍채에 맞춤 (Alt: 클릭한 그 자리)",
  eyes: "두 눈", "eye.right": "오른쪽 눈", "eye.left": "왼쪽 눈", whole: "전체 사진, 클릭하면 그곳으로 이동",
  bar: "답",
  "do.accept": "맞음", "do.accept.annotate": "확정", "do.reject": "틀림", "do.skip": "건너뛰기", "do.undo": "되돌리기",
  "do.closed": "감음", "do.occluded": "가려짐", "do.both closed": "둘 다 감음", "do.other eye": "다른 눈",
  "do.not a face": "얼굴 아님", "do.comment": "메모", "do.quit": "마침",
  progress: "{of}개 중 {done}개", "progress.judging": "평가용 {of}개 중 {done}개",
  "progress.round": "학습까지 라벨 {count}개 남음, 약 {minutes}분",
  "progress.camera": "학습까지 라벨 {count}개 남음, 약 {minutes}분; 그중 {frames}개는 먼저 카메라 {camera}분 필요",
  "progress.ready": "학습을 시작할 수 있음",
  tally: "{what} {count}", "tally.labelled": "라벨", "tally.rejected": "틀림", "tally.skipped": "건너뜀",
  "tally.not a face": "얼굴 아님", pace: "개당 {seconds}초",
  kept: "{store}에 저장", written: "{time} UTC에 기록",
  "reason.low": "검출기가 확신하지 못해 남긴 사진", "reason.disagree": "두 검출기의 결과가 달라 남긴 사진",
  "reason.jump": "동공이 프레임 사이에서 튀어 남긴 사진", "reason.flag": "사람이 골라 남긴 사진",
  "reason.random": "모델 평가를 위해 무작위로 뽑은 사진",
  where: "{source}, {seconds}초", "decided.labelled": "내 답: 맞음", "decided.rejected": "내 답: 틀림",
  "decided.skipped": "건너뜀", "decided.not a face": "내 답: 얼굴 아님", disputed: "의견이 갈린 사진",
  "current.label": "{author}의 라벨", "current.imported": "가져온 라벨", "current.prediction": "{finder} {version}의 예측",
  "current.carried": "제안: {author}의 라벨을 {apart}초 옮겨 옴", "current.none": "찾지 못함",
  "said.point": "직접 표시함", "said.closed": "감음", "said.occluded": "홍채가 가려짐", "said.touched": "{what}, 아직 저장 안 됨",
  "guess.sure": "확신 {percent}%", "guess.carried": "영상에서 옮겨 옴, {percent} % 닮음", "guess.closed": "감음", "guess.hidden": "홍채가 가려짐", "guess.label": "라벨 있음", "guess.none": "찾지 못함",
  unreadable: "사진을 읽을 수 없습니다", "no map": "이 사진의 활성화 지도가 아직 없습니다",
  stale: "다른 사진에 대한 입력이라 적용하지 않았습니다.", "ended key": "작업이 끝났습니다. Enter를 누르면 계속합니다.",
  "end.over": "작업을 마쳤습니다. 모든 답이 저장되었습니다.", "end.nothing": "남은 사진이 없습니다.",
  "end.elsewhere": "{count}개는 다른 사람이 보고 있습니다.", "end.go": "계속하기", "end.back": "마지막 사진으로",
  "end.decided": "{count}개 결정: {what}", "end.pace": "개당 {seconds}초 (중앙값)",
  "end.hasty": "그중 {count}개는 0.25초 안에 결정", "end.left": "{count}개 남음", "end.disputed": "{count}개는 의견이 갈림",
  "end.next": "다음에 할 일", "end.kept": "라벨은 {store}에 있습니다",
  "help.title": "키", "labels.title": "라벨", "map.title": "라벨이 어긋나는 곳", "comment.title": "메모",
  "comment.field": "메모 내용", "comment.save": "저장", "comment.none": "아직 메모가 없습니다",
  "mouse.click": "동공을 여기에 표시", "mouse.wheel": "포인터 위치를 확대", "mouse.wheel.annotate": "원의 크기, Ctrl과 함께: 확대",
  "mouse.drag": "사진 옮기기, 두 손가락으로 확대", click: "클릭", wheel: "휠", drag: "끌기",
  "help.accept": "예측이 맞음, 다음", "help.accept.annotate": "두 눈을 그대로 확정, 다음",
  "help.reject": "예측이 틀림, 다음", "help.skip": "건너뛰기, 다음", "help.undo": "되돌리기, 몇 번이든",
  "help.next": "결정하지 않고 다음", "help.previous": "이전", "help.other eye": "다른 눈",
  "help.closed": "이 눈은 감겨 있음", "help.occluded": "홍채가 가려짐", "help.both closed": "두 눈 모두 감음, 다음",
  "help.not a face": "얼굴이 아님, 다음",
  "help.left": "왼쪽으로", "help.right": "오른쪽으로", "help.up": "위로", "help.down": "아래로", "help.little": "같은 방향으로 0.1픽셀",
  "help.wider": "원을 크게", "help.narrower": "원을 작게", "help.contrast": "대비", "help.pixels or smooth": "픽셀 그대로 또는 부드럽게",
  "help.landmarks": "얼굴 특징점", "help.hide what is drawn": "표시 숨기기", "help.class activation map": "활성화 지도",
  "help.show the labels": "라벨을 숫자로", "help.export": "주석 파일 저장", "help.help": "이 도움말",
  "help.zoom in": "확대", "help.zoom out": "축소", "help.zoom reset": "처음 크기와 위치로", "help.quit": "마침, 모두 저장됨",
  "help.other mode": "검토 또는 표시", "help.gallery": "갤러리", "help.comment": "메모",
  "say.sample": "{all}개 중 {position}번째. {right}. {left}.", "say.eye": "{eye}: {what}",
  "labels.guess": "{eye}, 검토 대상", "labels.said": "{eye}, 나", "labels.point": "({x}, {y}) 반지름 {radius}", "labels.nothing": "아직 없음",
  "feedback.right": "정답이 있는 사진: 맞았습니다.", "feedback.wrong": "정답이 있는 사진: 눈 사이 거리의 {percent}%만큼 벗어났습니다.",
  "feedback.no": "정답이 있는 사진: 틀렸습니다.",
  "g.state": "상태", "g.reason": "남긴 이유", "g.recording": "녹화", "g.person": "사람", "g.from": "확신 최소", "g.to": "최대",
  "g.id": "ID 앞부분", "g.any": "모두", "g.count": "{total}개 중 {from}–{to}", "g.more": "다음 쪽", "g.less": "이전 쪽", "g.batch": "12개씩 검토",
  "g.batch.how": "틀린 것을 고르세요. 나머지는 맞은 것입니다.", "g.batch.done": "확정: 틀림 {wrong}, 맞음 {right}",
  "g.batch.said": "맞음 {right}개, 틀림 {wrong}개", "g.batch.refused": "{count}개는 적용하지 못함: {why}", "g.undo": "되돌리기",
  "g.open": "{id} 열기", "g.like": "비슷한 사진", "g.like.of": "{id}와 비슷한 순서", "g.all": "전체 보기", "g.close": "라벨 작업으로", "g.none": "사진이 없습니다.",
  "g.mark": "{id}: {state}, 확신 {percent}%", "g.comments": "메모 {count}개",
  "state.undecided": "미결정", "state.new": "미결정", "state.leased": "미결정", "state.labelled": "라벨", "state.rejected": "틀림",
  "state.skipped": "건너뜀", "state.disputed": "의견 갈림", "state.not a face": "얼굴 아님", "state.gold": "정답 있음",
  "why.low": "확신 부족", "why.disagree": "의견 다름", "why.jump": "튐", "why.flag": "고름", "why.random": "무작위",
};
export const CATALOGUE = { en: EN, ko: KO };

let language = "en";

// The browser's language, unless a person chose one here or in the address.
export function chooseLanguage(chosen) {
  const wanted = [chosen, localStorage.getItem("language"), ...navigator.languages].find(Boolean) || "en";
  language = wanted.toLowerCase().startsWith("ko") ? "ko" : "en";
  document.documentElement.lang = language;
  return language;
}

export function switchLanguage() {
  localStorage.setItem("language", language === "ko" ? "en" : "ko");
  return chooseLanguage(null);
}

export function text(key, values = {}) {
  const words = CATALOGUE[language][key];
  return words === undefined ? key : words.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
}

export const hasText = (key) => key in CATALOGUE[language];

// Every element that says which words it shows.
export function translate(root = document) {
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of root.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", text(element.dataset.label));
    if (element.tagName === "BUTTON") element.title = text(element.dataset.label);
  }
}
