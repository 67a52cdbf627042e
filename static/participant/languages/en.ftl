### What participants read, in English. Each language is one such file, with the same messages.
### A blank line in a message begins a new paragraph; any other line break is a space.

## Everywhere

wait = One moment …
continue = Continue
reload = Load again
needs-javascript = This study needs JavaScript
switch-javascript-on = Please switch it on in your browser's settings, and load this page again.

## Categories of pictures, below the response icons

category-airplane = airplane
category-bear = bear
category-bicycle = bicycle
category-bird = bird
category-boat = boat
category-bottle = bottle
category-car = car
category-cat = cat
category-chair = chair
category-clock = clock
category-dog = dog
category-elephant = elephant
category-keyboard = keyboard
category-knife = knife
category-oven = oven
category-truck = truck

## The form of consent

landing-what = What you will do
landing-pictures = Pictures
landing-sounds = Sounds
landing-rounds = Rounds, at most
landing-time = Time
landing-minutes = { $minutes ->
    [one] about { $minutes } minute
   *[other] about { $minutes } minutes
}
landing-consent = Your consent
landing-preview = This is a preview. Accept the task to take part.
landing-nothing-begun = Nothing has begun yet.
landing-number = Your participant number
landing-number-optional = Your participant number (if you were given one)
landing-number-missing = Please type the number that you were given.
landing-number-taken =
    The number { $number } has taken part in this study already. Please check the number, or ask the experimenter for
    another. To go on with a session that was begun, open the link in the browser in which it was.
landing-another-begun = I am not the person who has begun this study in this browser.
landing-another-finished = I am not the person who has finished this study in this browser.
landing-replaces = Once you have begun, the session that was begun before cannot be gone on with in this browser.
landing-agree = I agree and want to take part
landing-decline = I do not want to take part

## A browser that cannot run the study, seen before consent

unfit = This browser cannot show the study
unfit-otherwise = Nothing has begun yet. With another browser, or on another device, open the same link again.
unfit-again = Try again here
unfit-cookies = It keeps no cookies for this site. Please allow them.
unfit-old = It is too old: it lacks what the study needs to send your answers.
unfit-canvas = It does not let a page draw pictures (canvas).
unfit-sound = It does not let a page play sounds (Web Audio).
unfit-program =
    The study's program did not start: the browser may be too old, a content blocker may have stopped it, or the
    connection broke off.

## At the door: who has taken part, or cannot be let in

ask-finished = This study was finished in this browser
ask-finished-hint = Was that you? Then you can see the last page, with the completion code, again.
ask-finished-me = That was me: show the last page
ask-begun = This study was begun in this browser
ask-begun-hint = Was that you? Then go on where you left off: your answers are kept.
ask-begun-me = That was me: go on
ask-share = Do you share this computer, and are you somebody else?
ask-new = I am a new participant

resume-finished = You have finished this study
resume-finished-hint = You took part in another browser, or the browser has forgotten it since.
resume-finished-show = Show the last page
resume-begun = You have begun this study
resume-begun-hint =
    You began in another browser, or the browser has forgotten it since. You can go on here: your answers are kept. If
    the study is still open elsewhere, please close it there.
resume-begun-go-on = Go on here

cookies = This study needs cookies
cookies-text =
    Your browser did not keep the cookie by which this study knows you again from one answer to the next. Nothing was
    stored, and you have not begun.

    Please allow cookies for this site: in the browser's settings, under privacy, or by the sign beside the address.
    Private windows and content blockers may forbid them, too. Then open the page again.
cookies-again = Open the page again

begun-elsewhere = You have begun
begun-elsewhere-text =
    This study was begun already under this id, in another browser or on another device.

    Please go on there: open the study's link in the browser in which you began. Your answers are kept.

    If you cannot, please write to those who sent you the link.
finished-elsewhere = You have taken part
finished-elsewhere-text =
    This study was finished already under this id, and each person takes part once. Thank you!

    To see the completion code again, open the study's link in the browser in which you took part.
excluded = You took part before
excluded-text =
    You took part in a study that this one belongs to, and each person takes part in one of them. Nothing was stored.

    Please go back to where you found this study and return it. Thank you!
unnamed = Please open the study from where you found it
unnamed-text =
    This link does not say who you are, so that your part could not be credited to you. Nothing was stored.

    Please go back to the page where you found the study and open it from there. If you did so, please tell those who
    run the study.
unproven = Please open the study again from where you found it
unproven-text =
    The link that you opened is too old, was copied, or was changed on its way. Nothing was stored.

    Please go back to the page where you found the study and open it from there once more.
frame-text = The study opens in a window of its own. Its last page hands your work in; this page can stay open.
frame-open = Open the study
browser-taken = This browser has taken part
browser-taken-text =
    Somebody has taken part with this browser already, and this study takes each browser once.

    If that was somebody else, please use another device, or write to those who sent you the link.

## The page of the experiment, before it has started

stalled = The study has not started
stalled-text =
    Its program did not arrive, or this browser cannot run it. Please load the page again. If that does not help, open
    the study's link in another browser, or switch off content blockers for this site.

    Answers that you gave before are saved.

## Steps

instructions = What you will do
instructions-begin = Start
instructions-words = All { $count } words
instructions-search = Search the words

device-check = Your device
device-check-text = The study looks whether it can be shown on this device.
device-check-measuring = One moment …
device-check-fits = All is as the study needs it.
device-check-width = The window is { $is } pixels wide, and the study needs { $least }.
device-check-height = The window is { $is } pixels high, and the study needs { $least }.
device-check-enlarge =
    Please make it larger, turn the device, or zoom out (Ctrl or ⌘ and −). You can go on as soon as it fits.
device-check-refresh =
    The screen is redrawn { $is } times a second, and the study needs { $least }. Please close other programs, and switch
    off what saves energy.
device-check-cannot = It cannot be done
device-check-phone = This study cannot be done on a phone.
device-check-touch = This study needs a mouse or a touchpad, and cannot be done by touch.
device-check-browser = This study cannot be done in this browser. It needs one of these: { $names }.
device-check-audio = This study plays sounds, and the browser could not open the sound device.
device-check-other =
    If you have another device or browser, open the link of the study there. Otherwise the study ends here for you.
device-check-end = End the study here

survey = A few questions
survey-optional = (optional)
survey-no-answer = No answer
survey-required = Please answer this question.
survey-required-choice = Please choose an answer.
survey-too-long = This is too long: at most 2,000 characters, and 12,000 in all answers together.
survey-number = Please give a number, in digits.
survey-too-small = Please give a number of at least { $least }.
survey-too-large = Please give a number of at most { $most }.

screen-scale = The size of your screen
screen-scale-text =
    Please hold a bank card, or another card of that size, to the screen, its left edge at the left edge of the outline.
    Change the outline until it is as large as the card.
screen-scale-text-upright =
    Please hold a bank card upright to the screen, its left edge at the left edge of the outline. Change the outline
    until it is as wide as the card.
screen-scale-size = Size of the outline
screen-scale-smaller = Smaller
screen-scale-larger = Larger
screen-scale-fits = It fits
screen-scale-no-card = I have no such card
screen-scale-distance = Your distance
screen-scale-distance-text =
    Please sit as you will during the study, and estimate how far your eyes are from the screen. An outstretched arm is
    about 60 to 70 cm long, from the shoulder to the wrist about 50 to 55 cm.
screen-scale-distance-question = Distance in cm

fullscreen = The whole screen
fullscreen-text =
    The study works best when it fills the whole screen. You can leave the full screen at any time with the Escape key.
fullscreen-go = Fill the screen
fullscreen-without = Go on without
debrief = About this study

gate = A short test
practice-done = The practice is over
rest-break = Time for a short break

welcome-back = Welcome back
welcome-back-saved = { $answered ->
    [0] Nothing was lost.
    [one] { $answered } answer is saved, and nothing was lost.
   *[other] { $answered } answers are saved, and nothing was lost.
}

feedback-right = Right: { $label }

sound-level = Set the volume
sound-level-text =
    Please put on headphones if you have some, and set the volume of your device to about a quarter.

    Then play the noise, and turn the volume up until it is loud and still comfortable. Leave it there.
sound-level-play = Play the noise
sound-level-stop = Stop the noise

headphone-check = Are you wearing headphones?
headphone-check-text =
    This study needs headphones or earphones, on both ears. Please put them on now, with the side marked L on the left
    ear. Loudspeakers will not do. Leave the volume as it is.

    { $left ->
        [one] You will hear { $left } short sound, once.
       *[other] You will hear { $left } short sounds, each of them once.
    } Answer with the buttons, or with the keys 1, 2 and 3.
headphone-check-progress = Sound { $number } of { $of }
headphone-check-play = Play the sound
headphone-check-listen = Listen …
headphone-check-answer = Choose 1, 2 or 3.
headphone-check-sides = Where is the tone?
headphone-check-sides-text = You will hear one tone: in your left ear, in both ears, or in your right ear.
headphone-check-left = left ear
headphone-check-both = both ears
headphone-check-right = right ear
headphone-check-antiphase = Which tone is the softest?
headphone-check-antiphase-text = You will hear three tones, one after the other. One is softer than the others.
headphone-check-huggins = Which noise has a faint tone in it?
headphone-check-huggins-text = You will hear three noises, one after the other. A faint tone is hidden in one of them.

sound-silent = Your browser plays no sound yet. Please press once more
sound-blocked =
    Your browser still plays no sound. Please see whether headphones are connected, and whether the browser may play
    sounds on this site. Then press again, or load the page again.

## Trials, whatever the task

trial-start-hint = Press the space bar, click or tap
trial-slow = This takes longer than usual. If it does not go on, load the page again: nothing is lost.

## Naming pictures. Each task has the messages of this section, under its own kind

image16-summary =
    You will see pictures, each for a very short moment. After each one you choose what it showed, from a board of
    symbols. A mouse, a touch screen or a keyboard will do.
image16-instructions =
    In each trial a picture is shown for a very short moment. Look at the small cross before it appears.

    Then choose what the picture showed, by clicking one of the symbols. If you are not sure, choose what comes
    closest. Oven also stands for pans, pots and cooking food.

    Some pictures look like noise or like a texture. That is meant: please choose all the same.
image16-summary-hurried =
    You will see pictures, one after the other, each for a very short moment. After each one you quickly choose what it
    showed, from a board of symbols. A mouse, a touch screen or a keyboard will do.
image16-instructions-hurried =
    In each trial a picture is shown for a very short moment. Look at the small cross before it appears.

    Then the symbols appear for a moment: click what the picture showed, or what comes closest. You may click again, and
    the last choice counts. Oven also stands for pans, pots and cooking food.

    The next picture comes by itself. Some look like noise or like a texture: please choose all the same.
image16-start = Show the picture
image16-start-all = Start the pictures
image16-question = What was it?
image16-progress-practice = Practice { $number } of { $of }
image16-progress = Picture { $number } of { $of }
image16-welcome-back = { $left ->
    [one] You go on where you left off: { $left } picture to go.
   *[other] You go on where you left off: { $left } pictures to go.
}
image16-gate =
    { $left ->
        [one] Next comes { $left } picture without a word about right or wrong.
       *[other] Next come { $left } pictures without a word about right or wrong.
    }

    They show whether everything works on your screen. Please answer as well as you can.
image16-practice-done = { $left ->
    [one] Now comes the real picture, shown just as briefly, and without a word about right or wrong.
   *[other]
        Now come the real pictures: { $left } of them, shown just as briefly, and without a word about right or
        wrong.
}

    Some are hard to tell. Choose whatever fits best, even when you have to guess.
image16-break = { $done ->
    [one] { $done } of { $total } pictures is behind you.
   *[other] { $done } of { $total } pictures are behind you.
}

    Look into the distance for a moment, and go on when you are ready.
image16-wrong = { $given ->
    [na] It was: { $label }. You chose nothing in time.
   *[other] It was: { $label }. You chose: { $given }.
}
image16-small = The window is too small for the picture: please make it larger, turn the device, or zoom out.
image16-shown = The picture that was shown

## Which of two pictures came again (ABX)

abx-summary =
    In each round you will see three pictures, one after the other, each for a very short moment. The third is the same
    as the first or as the second, and you say which. A keyboard, a mouse or a touch screen will do.
abx-instructions =
    In each round three pictures are shown, one after the other, each for a very short moment. Look at the small cross
    before they appear, and keep looking there until all three have been shown.

    The third picture is the same as the first or as the second. Press 1, F or the left arrow if it was the first, and 2, J
    or the right arrow if it was the second; or click or tap the button. Answer when the buttons are there: what is pressed
    before does not count. There is no time limit.

    Often the pictures differ very little, and you may not see a difference. That is meant: please answer all the same,
    even when you have to guess. Please keep the same distance from the screen all the time.
abx-start = Show the pictures
abx-question = Was the third picture the same as the first or the second?
abx-first = First picture
abx-second = Second picture
abx-was-first = the third picture was the same as the first
abx-was-second = the third picture was the same as the second
abx-again = { $label }, shown again as the third
abx-progress-practice = Practice { $number } of { $of }
abx-progress = Round { $number } of { $of }
abx-welcome-back = { $left ->
    [one] You go on where you left off: { $left } round to go at most. A round that was broken off begins anew.
   *[other] You go on where you left off: { $left } rounds to go at most. A round that was broken off begins anew.
}
abx-gate =
    { $left ->
        [one] Next comes { $left } round without a word about right or wrong.
       *[other] Next come { $left } rounds without a word about right or wrong.
    }

    They show whether everything works on your screen. Please answer as well as you can.
abx-practice-done = { $left ->
    [one] Now comes the real round, without a word about right or wrong.
   *[other] Now come the real rounds: { $left } at most, without a word about right or wrong.
}

    They are harder, since the pictures differ less. Answer all the same, even when you have to guess.
abx-break = { $done ->
    [one] { $done } of { $total } rounds is behind you.
   *[other] { $done } of { $total } rounds are behind you.
}

    Look into the distance for a moment, and go on when you are ready. Please sit as far from the screen as before.
abx-wrong = Not quite: { $label }.
abx-small = The window is too small for the pictures: please make it larger, turn the device, or zoom out.

## Recognising words

words-summary =
    You will hear short clips of speech, each of them once. After each one you type the word that was said in the
    middle of it. Please wear headphones if you can, and be in a quiet place.
words-instructions =
    In each trial a short clip of speech is played, once. Listen for the word in the middle of it.

    Then type that word. Words that you can answer with are listed as you type, and only these count. If you are not
    sure, give the word that comes closest.

    Some clips sound like noise. That is meant: please give a word all the same.
words-start = Play the sound
words-question = Which word was in the middle?
words-progress-practice = Practice { $number } of { $of }
words-progress = Sound { $number } of { $of }
words-welcome-back = { $left ->
    [one] You go on where you left off: { $left } sound to go.
   *[other] You go on where you left off: { $left } sounds to go.
}
words-gate =
    { $left ->
        [one] Next comes { $left } sound without a word about right or wrong.
       *[other] Next come { $left } sounds without a word about right or wrong.
    }

    They show whether everything works with your headphones. Please answer as well as you can.
words-practice-done = { $left ->
    [one] Now comes the real sound, played once, and without a word about right or wrong.
   *[other] Now come the real sounds: { $left } of them, each played once, and without a word about right or wrong.
}

    Some are hard to tell. Give the word that comes closest, even when you have to guess.
words-break = { $done ->
    [one] { $done } of { $total } sounds is behind you.
   *[other] { $done } of { $total } sounds are behind you.
}

    Rest your ears for a moment, and go on when you are ready.
words-wrong = It was: { $label }. Your word: { $given }.
words-listen = Listen …
words-confirm = Confirm
words-list = Words of the list
words-type-hint = Type the word. Words that fit are listed.
words-exact-hint = Press Enter or Confirm to give this word.
words-not-exact = This is no word of the list. Please go on typing, or choose one that is listed.
words-matching = { $count ->
    [0] No word of the list fits.
    [one] { $count } word fits.
   *[other] { $count } words fit.
}

## What can go wrong on the way

saving = Saving your last answers …
reconnecting = Reconnecting … Your answers are safe.
reconnecting-open = Reconnecting … Please keep this page open.
elsewhere = Open in another tab
elsewhere-text = This study is open in another tab or window. You can go on there, or take it over here.
elsewhere-take-over = Continue here
unknown = This page does not know you any more
unknown-text =
    Perhaps you went on in another browser, or began anew in another window: then please go on there.

    Answers that were saved are still there.
unknown-open = Open the study's link
failed = Something went wrong
failed-safe = The answers that you gave are safe. Please load the page again to go on.
failed-open = Please load the page again to go on. Answers that were saved before are still there.
failed-reason = The program says: { $reason }
failed-damaged = A file of this study arrived damaged.
failed-program = A part of the study's program did not arrive, or there is a newer one.
failed-device = This browser could not open the sound device.

## The end

end = Thank you
end-message = Thank you for taking part.
end-lead-back = Go back to { $host }
end-code = Your completion code
end-copy = Copy
end-copied = Copied
end-by-hand = Please copy it by hand
end-saved = All your answers are saved.
end-press = Nothing is left to do but to press the button above.
end-close = You may close this page.
end-no-consent = You have chosen not to take part
end-no-consent-text = That is all right. Nothing was stored of you.
end-expired = This session is over
end-expired-text = This study is meant to be done in one go, and the page was left for too long. Thank you for the part that you did.
end-full = This study has all the people it needs
end-full-text = Thank you for coming. Nothing was stored of you, and you have done nothing wrong.
end-returned = You have given your place back
end-returned-text = You returned this study where you found it, so it is over here. You may close this page.
end-timed-out = The time for this study is over
end-timed-out-text = Your place was given to somebody else, since the time ran out. Thank you for the part that you did.
end-hand-in = Hand in your work
end-withdrawn = Your data were deleted
end-withdrawn-text = All that you gave in this study was deleted.
end-screened-out = Thank you for your time
end-screened-out-text = The study ends here for you. It needs certain conditions, and this says nothing about you.
end-withdraw = If you want your data to be deleted later
end-withdraw-text = Keep this personal link. Whoever has it can delete your data, so give it to nobody.

leave = Leave the study
withdraw = Delete what I gave in this study
withdraw-text = All your answers, and everything else that the study stored of you, are deleted for good. Only a note stays that somebody took part and withdrew. This cannot be undone.
withdraw-key = Your personal key, from the end of your link
withdraw-unknown-key = This key is not known here. Please copy the whole key.
withdraw-do = Delete everything
withdraw-not = No, go back

## Pages of errors: titles by status, texts by the error's code

error-title-403 = Not allowed
error-title-404 = Not found
error-title-409 = Not possible now
error-title-410 = This study has ended
error-title-429 = Please wait a moment
error-title-500 = Something went wrong
error-title-503 = Please try again in a moment
error-title-other = This did not work

error-text-bad_id =
    The id or number that was given has more than { $longest } characters. Please open the link, or type the number,
    exactly as it was given to you.
error-text-broken_id =
    The ids in this link have blanks in them, so the link was changed on its way. Please go back and open the study from
    the page where you found it.
error-text-foreign_site = This link was changed on its way. Please go back and open the study from MTurk.
error-text-cross_site = This must come from the study's own pages. Please open the study's link again.
error-text-malformed = Something in this form is not as it should be. Please open the study's link again.
error-text-not_found = There is nothing at this address.
error-text-own_fault =
    The server could not do this. Please try again in a moment. If it happens again, tell the experimenter this
    number: { $request_id }.
error-text-preview = This was a preview. Accept the task first, and give your consent then.
error-text-study_closed = This study is closed and takes no more participants. Thank you!
error-text-study_not_open = This study has not been opened yet. Please come back later.
error-text-study_paused = This study is paused. Please come back later.
error-text-too_large = What the browser sent is too large.
error-text-too_many = Too much was asked from here within a short time. Please try again in a moment.
error-text-unknown_link = This link is not known. Please check that it was copied completely.
error-text-other = The server did not accept this. Please open the study's link again.

# Data protection

privacy = Data protection
privacy-who = Who is responsible
privacy-contact = Questions, and all that you ask of the study:
privacy-officer = Data protection officer:
privacy-nobody-named = The study names nobody here. Ask whoever invited you to the study.
privacy-what = What is stored, why and how long
privacy-what-text =
    The study keeps your data under a number. Your name is not asked for, unless a question of the study does so.
    The address of your computer on the internet is not stored with your data.
privacy-identity = Who recruited you
privacy-identity-text =
    If you came through a panel, or gave a number, its id of you and of this visit: so that everybody takes part
    once, and can be paid.
privacy-session = Your session
privacy-session-text = Your number, when you began and ended, and how the session ended: to know how many took part.
privacy-access = Technical marks
privacy-access-text = Marks by which your browser goes on with your session, and by which nothing is stored twice.
privacy-plan = What you were shown
privacy-plan-text = The order of the pictures or sounds of your session.
privacy-answers = Your answers
privacy-answers-text =
    Your answer to each picture or sound, how long it took, and whether everything was shown as planned: this is
    what the study is about.
privacy-questions = Consent, questions and checks
privacy-questions-text =
    Which text you agreed to, your answers to questions, and what was found out about your screen, browser or sound:
    to judge the quality of the data.
privacy-events = Events
privacy-events-text = When the study's window was left or came back, and the like: to judge the quality of the data.
privacy-submission = Messages of the panel
privacy-submission-text = What the panel says became of your visit: so that it can be approved and paid.
privacy-payment = Payments
privacy-payment-text = How much was paid for which number, and when: accounting asks for it.
privacy-mark = A mark instead of your id
privacy-mark-text =
    When your id is deleted, a mark computed from it takes its place: so that you are known if you come again. Your
    id does not follow from it.
privacy-kept = It is not deleted by itself.
privacy-kept-open = It is kept until the study deletes it.
privacy-kept-days =
    { $days ->
        [one] It is deleted one day after your session.
       *[other] It is deleted { $days } days after your session.
    }
privacy-kept-until = It is deleted after { $date }.
privacy-sees = Who sees it
privacy-sees-text =
    The people of the laboratory who work on this study see your data under your number. Data without the ids of
    panels may be published, or given to other researchers.

    Everything comes from the study's own server: no other site learns from this page that you are here. Cookies
    serve only to go on with your session.
privacy-rights = What you can ask for
privacy-rights-text =
    You can ask which data of you are stored, have them corrected, and leave the study at any time: then your data
    are deleted. What was published or given away before cannot be taken back. You may also complain to the
    supervisory authority for data protection.
privacy-more = Data protection: what this study stores
