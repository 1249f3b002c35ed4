// What the page says, in English and Korean.

const CATALOGUE = {
  en: {
    gone: "The run has ended, or cannot be reached. Trying again …", stranger: "This link is no longer valid. Open the one that the run prints now.",
    blind: "No picture: other pages have all the places. Trying again …", language: "한국어", theme: "Light or dark", picture: "Picture",
    settings: "Settings", resting: "The camera rests", effect: "Effect", panic: "Everything off", snapshot: "Snapshot",
    record: "Record", recording: "Stop", strength: "Strength", camera: "Camera", demo: "Demo", finder: "Pupils found by",
    trigger: "Comes out", mode: "How long", mirror: "Mirror", collect: "Collect", seen: "What is seen", effects: "Effects",
    several: "Several at once", armed: "Armed", learning: "learning your face", noFace: "no face", face: "face", faces: "faces", sure: "sure",
    fps: "fps", ms: "ms old", kept: "kept", busy: "in use", switching: "changing the camera …", lost: "camera lost, reconnecting",
    "said.recording to": "recording to", "said.recorded": "recorded", "said.snapshot": "snapshot",
    "fact.model": "Pupils", "fact.faces": "Faces by", "fact.size": "Picture", "fact.viewers": "Pages that look", "fact.fluster": "Fluster",
    "mode.hold": "while it lasts", "mode.toggle": "until it comes again",
    "trigger.effect": "as the effect says", "trigger.always": "always", "trigger.key": "by key or button", "trigger.auto": "when flustered",
    "signal.mouth_open": "mouth open", "signal.smile": "smile", "signal.brows": "brows raised", "signal.frown": "frown",
    "signal.yaw": "head turned", "signal.pitch": "head nodding", "signal.roll": "head tilted", "signal.wink_left": "wink, left",
    "signal.wink_right": "wink, right", "signal.blink": "blink", "signal.looking_away": "looking away", "signal.leaning_in": "leaning in",
  },
  ko: {
    gone: "실행이 끝났거나 연결할 수 없습니다. 다시 시도하는 중 …", stranger: "이 링크는 더 이상 쓸 수 없습니다. 실행이 지금 알려 주는 링크를 여세요.",
    blind: "화면 없음: 다른 페이지가 자리를 모두 쓰고 있습니다. 다시 시도하는 중 …", language: "English", theme: "밝게 또는 어둡게", picture: "화면",
    settings: "설정", resting: "카메라가 쉬는 중", effect: "효과", panic: "모두 끄기", snapshot: "사진 찍기",
    record: "녹화", recording: "녹화 중지", strength: "세기", camera: "카메라", demo: "데모", finder: "눈동자 찾기",
    trigger: "나타날 때", mode: "얼마 동안", mirror: "거울 모드", collect: "수집", seen: "인식 상태", effects: "효과 목록",
    several: "여러 개 겹치기", armed: "대기 중", learning: "얼굴을 익히는 중", noFace: "얼굴 없음", face: "얼굴", faces: "얼굴", sure: "확신",
    fps: "fps", ms: "ms 지연", kept: "저장됨", busy: "사용 중", switching: "카메라를 바꾸는 중 …", lost: "카메라가 끊겨 다시 연결하는 중",
    "said.recording to": "녹화하는 중:", "said.recorded": "녹화함:", "said.snapshot": "사진:",
    "fact.model": "눈동자 모델", "fact.faces": "얼굴 인식", "fact.size": "화면 크기", "fact.viewers": "보고 있는 페이지", "fact.fluster": "당황한 정도",
    "mode.hold": "신호가 있는 동안", "mode.toggle": "다시 신호가 올 때까지",
    "trigger.effect": "효과가 정한 대로", "trigger.always": "항상", "trigger.key": "키나 버튼으로", "trigger.auto": "당황하면",
    "signal.mouth_open": "입 벌림", "signal.smile": "미소", "signal.brows": "눈썹 올림", "signal.frown": "찡그림",
    "signal.yaw": "고개 돌림", "signal.pitch": "고개 끄덕임", "signal.roll": "고개 기울임", "signal.wink_left": "왼눈 윙크",
    "signal.wink_right": "오른눈 윙크", "signal.blink": "깜박임", "signal.looking_away": "딴 곳 보기", "signal.leaning_in": "다가오기",
    "title.tremble": "떨리는 눈", "title.saucer": "접시눈", "title.swirl": "소용돌이눈", "title.spotlight": "스포트라이트",
    "title.angry": "화남", "title.dizzy": "어질어질", "title.heart-eyes": "하트눈", "title.kira-kira": "반짝반짝", "title.shock": "충격",
    "title.sleepy": "졸림", "title.tears": "눈물",
  },
};

let language = "en";

// The browser's language, unless a person chose one here or in the address.
export function chooseLanguage(chosen) {
  const wanted = [chosen, localStorage.getItem("language"), ...navigator.languages].find(Boolean) || "en";
  language = wanted.toLowerCase().startsWith("ko") ? "ko" : "en";
  document.documentElement.lang = language;
}

export function otherLanguage() {
  localStorage.setItem("language", language === "ko" ? "en" : "ko");
  chooseLanguage(localStorage.getItem("language"));
}

export const text = (key) => CATALOGUE[language][key] ?? CATALOGUE.en[key] ?? key;
export const effectTitle = (effect) => CATALOGUE[language][`title.${effect.name}`] ?? (effect.title || effect.name);

export function fillTexts() {
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = text(node.dataset.text);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", text(node.dataset.label));
  for (const node of document.querySelectorAll("[data-alt]")) node.alt = text(node.dataset.alt);
}
