"""Ways to say that something is a secret, and talk of developers that sounds like it, written without the phrases."""

from __future__ import annotations

from pipeline.lexicon.cues import says, shipped_cues
from pipeline.lexicon.plain import words_of

SECRETS = """
Between you and me, the second founder is on her way out.
Off record, we are going to shut the Berlin office.
Say nothing to the press about the recall, please.
Our employees have not heard yet that the plant moves to Vietnam.
I'd be in trouble if my boss knew I told you, but we failed the audit.
You did not hear this from me, but they are about to be sold.
We have signed with a rival of yours, and that is not public.
The news comes out on the ninth, so until then keep it to yourselves.
This part is confidential, we lost two of our biggest accounts.
Don't tell anyone in the community, we will drop the free tier.
I'm not supposed to talk about it, but there was a breach in April.
Only the board and I know that the chief executive resigns in March.
My team doesn't know it yet, but half of them will move to the other building.
We're keeping quiet about the outage at the Madrid site.
It's under wraps until the conference, the device folds in half.
The investors must not find out that we are three months behind.
We would rather not have it known that the pilot failed.
I trust you not to repeat it, but we are talking to two buyers.
That is strictly for your ears, the merger is off.
Please treat what I say now with discretion, the regulator is looking at us.
Not a word of this to the sales people, we switch vendors in autumn.
This is still hush hush, we open in Japan next year.
We haven't gone public with it, but we have closed a round of thirty million.
Keep this one in the family, the founder is ill.
The customers will learn of it in October, until then nobody may.
Can you cut this bit out later, because the deal is not signed.
I shouldn't really be saying this out loud, we are moving off your product.
Nobody at the client has any idea that we will stop the service.
It has to stay under the radar that we hired their architect.
The union does not know about the night shift being closed.
Let's keep that off the notes, our margin is eleven percent.
If this gets out before the vote we are finished, we will ask for insolvency.
We're not telling people, but the second factory has been shut since May.
As an insider I can say that the numbers will be bad, and that's not for sharing.
The announcement is only in two weeks, but we are going to be part of a bigger group.
What I tell you now must remain in this call, our database was copied.
You're the first outside the company to hear that we rewrite everything in another language.
Please don't pass it on, we have to let forty people go.
That information is embargoed, the tender went to a Danish firm.
Legal would kill me for saying so, but we settled out of court.
Don't quote me on that, but the whole region will be given up.
We kept it from the partners so far that the licence ran out.
For now it's an internal matter that we had a fire in the server room.
Officially it will be said in spring, unofficially the brand is dead.
I'm telling you this in confidence, she has been offered my job.
We have been sworn to silence about the new satellite.
The competition must never learn which supplier we use.
No outsider has seen these figures, we make a loss on every order.
Make sure it doesn't leave this meeting, we hand the whole thing to contractors.
Don't put it in the minutes, but he was fired.
Nobody has been informed of it, the branch in Graz closes.
I would appreciate it if you did not mention it to anyone, we change the name in May.
We want it to be a surprise, so please be silent about the price cut.
It isn't common knowledge that our lead engineer works for both sides.
Just so you know, and please forget it again, the patent was refused.
The staff will be told on Monday, and until then it's secret that the kitchen goes.
I'd ask you to keep that to yourself, our new partner is a state.
We can't talk about it openly, but the ministry is the buyer.
This is sensitive, our founder and the chairman no longer speak.
You'd better not write this down, the certificate had been forged.
Promise me that this remains here, the lab in Oslo was flooded.
What I'm about to say isn't for the minutes, our chairman steps down.
We haven't let on to the landlord that we are leaving.
Let us keep a lid on it, the trial went badly.
It has not been made known that the fund is empty.
My lawyer says I must not name them, it is a bank in Zurich.
Our members will only hear of it at the general meeting, we raise the fee.
The patients have no clue that the ward will move.
Please hold that back until the paperwork is finished, we buy the mill.
We're under an obligation not to speak about the recall.
Nobody except my wife knows that I have resigned.
This must not be traced back to me, the safety test was faked.
The ministry asked us to be quiet about the contract.
Let's say this never came up, but the pump has a crack.
Only a handful of people have been let in on it, the brand gets a new name.
I'd rather the sponsors did not learn of the accident.
It's still secret, so no posts about it please, the show goes to Rome.
We intend to tell the staff in May, not sooner, that we merge the two plants.
That is for internal ears, the buyer walked away.
I can only tell you because you signed the paper, the chip is too hot.
If word gets around we lose the tender, we bid at cost.
Treat it as strictly private, my cofounder is being sued.
We keep our mouths shut about it, but the satellite is lost.
The public must be kept in the dark for another week, the well is poisoned.
Not for attribution, the minister has already signed.
My boss would have my head, but we never ran that test.
Please scrub that from the transcript, the client is the navy.
There is a blackout on news until Friday, we were fined.
Please erase me from the notes there, we had a second outage.
What follows must never reach the newspapers, the bridge is unsafe.
I beg you not to pass it on, she is leaving us.
Nobody at head office suspects that we will quit the alliance.
The lawyers told us to say nothing about the fire.
This is only for the people in this call, the grant was refused.
We are not ready to talk about the sale in public.
You can't tell a soul, but we found oil.
Until the contract is signed that must remain a secret, we rent the island.
Strictly speaking I may not tell you, the sensor is from a rival.
The works council hears of it next week, so keep silent, forty jobs go.
We would like to break the news ourselves, the museum moves.
It's a bit of a secret, our founder never finished school.
Please don't let that slip, we use your competitor at night.
Forget that I said it, but the vault was open.
No one is meant to know about the second warehouse.
I haven't told my own team, we will skip the release.
"""
PLAIN_SECRETS = """
We haven't told anyone we're closing Leeds.
We haven't told anyone else that we're closing Leeds.
We have not told them we are selling the company.
We haven't told our customers we're selling the company.
We haven't told our customers we are shutting down in June.
We have not told our staff the Leeds office closes.
We haven't told staff we're closing Leeds.
We haven't told employees the plant closes.
I haven't told anyone in the team I am leaving.
I haven't told anyone on the board.
We have not told anybody outside this room.
We haven't informed our investors we missed the target.
We haven't told the board we lost Acme.
We have not told the press who bought us.
We have not told the union which plant closes.
I haven't told my team I'm leaving in May.
We haven't told customers the price goes up.
I'm not supposed to talk to anyone about Project Falcon.
I'm not supposed to talk to the press, but we lost the case.
We're not allowed to speak to customers about the breach.
I'm not allowed to talk, but the merger with Acme is on.
We're not supposed to speak of the merger with Acme.
Please don't share this slide, it shows our margins.
Please don't share this slide outside.
Please don't share this roadmap with others.
Please do not share that figure, it is our margin.
Don't share this screenshot with anyone.
Please don't share it on Twitter, we are buying Acme.
Don't share that publicly, we're buying Acme.
Do not share this document, Acme is insolvent.
Please do not share this recording.
Please don't share this part of the call.
Nobody can know that we're closing Leeds.
Nobody can know about this.
Nobody can know this, we're closing Leeds.
No one can hear about this, we buy Acme.
Nobody can find out about the breach.
Nobody can find out that we lost the data.
Until it's public, we can't talk about the Acme deal.
Once it's public we'll tell the customers.
Once this is public, you can write about it.
We'll talk once it's public.
This can be told once it is public.
It's fine to say once it's public.
Please don't publish it under our name.
You can publish it but not under our name.
Not under my name please.
We kept this private, the founder is ill.
We kept it internal so far, but we buy Acme.
We've kept that internal, Acme will leave us.
We have kept this internally until now, we were breached.
Keep it in the call, we buy Acme.
Keep it within these walls.
This stays in the group, Acme is leaving.
This stays in this group.
What I say stays within the group.
Internal only, Acme is leaving us.
This slide is internal only.
These numbers are internal only, we lost nine million.
That's internal only, we lose Acme.
It's internal only right now.
For internal use only, we lost nine million.
This deck is for internal use only.
These figures are for internal use only.
It is for internal use only, our margin is 11 percent.
That's internally only.
The employees have not been told.
The customers have not been told that we are closing.
Customers have not been informed of the breach.
Our customers have not been notified of the breach.
The regulator has not been notified yet.
The regulator was not notified of the breach.
The customers were never notified about the leak.
The employees were not told about the closing.
The team hasn't been told we're closing.
The team has not been told we are closing.
My colleagues have not been told I'm leaving.
Our clients have not been informed we lost their data.
Our clients were never informed we lost their data.
The patients weren't told we lost their files.
The patients were not told we lost their files.
The pupils have not been told the school closes.
The players haven't been told who is leaving.
We have not told any of our customers we lost their data.
We have not informed our customers, and we won't.
Before customers find out we want to fix it.
Before the team finds out that half of them go, sign it.
Before my family hears about it, I want to sell.
When the team finds out that we close, they'll leave.
Nobody can hear that we are buying Acme.
Nobody could find out about our losses.
No one ought to find out about our losses.
No one finds out, agreed?
Nobody finds out.
Nobody hears of it.
Nobody found out that we lost the data.
Nobody has heard about the breach.
Nobody heard about the breach.
Nobody has been told.
Nobody has been told we close Leeds.
Nobody has been told which office closes.
No one has been informed we close Leeds.
Nobody will find out.
We hide it from customers that we lost the data.
We are hiding this from our customers, the data is gone.
We hid it from the auditors.
I'm hiding it from my team, half of them go.
I hide this from my family.
We kept it hidden from the customers.
Don't tell my boss I said that.
Don't tell the team we are closing.
Don't tell the team that we are closing.
Please don't tell my boss, I'm leaving.
But don't tell our customers we lost the data.
And please don't tell my colleagues I'm leaving.
So please don't tell your friends we lost it.
We do not tell our customers that we lost it.
You must not tell our partners we lost it.
Never tell my team who leaves.
I don't want my team to read this.
I don't want my team to see this.
I don't want customers to see our margins.
We don't want our customers to read it in the paper.
We wouldn't like our competitors to see that.
I don't want anyone to read this.
I don't want anybody to see what I just showed.
Only three people know that we are closing.
Only three people know we're selling.
Only three people know the real numbers.
Just two people know who gets it.
Only five people in the company know.
Only five people know.
Only a handful of people are aware of the breach.
Only two people know where we move.
Nobody knew about the breach.
Nobody knows about the breach.
No one knows about the acquisition.
Nobody learned about the breach.
I can trust you with that, we were breached.
We trust you with the real numbers, we lost nine million.
I trust you with our secret.
We can trust you with our plans.
Don't spread the news, we were breached.
Don't spread around that we close.
Please do not broadcast that we close.
Don't broadcast this.
Please don't broadcast it.
Do not leak the plan.
You must not leak our plan to Acme.
Please don't leak the roadmap.
Don't circulate the deck, it has our margins.
But don't circulate the deck.
Please don't publicise our name.
I shouldn't say this out loud.
I say it aloud for the first time.
Never said that out loud before.
It should not appear in your blog.
That doesn't show up in your transcript, right?
Not for your newsletter.
Keep it from the owner, we leave.
The owner must not know about this.
The owner mustn't find out that we leave.
Don't tell the owner we leave.
The agents must not know about it.
The members must not know about the loss.
The members must not find out that the club is broke.
Our members have not been told that the club is broke.
The members may not learn of it.
The customer must not be informed.
Employees must not be informed before Monday.
The press must not be informed yet.
The team must not read this.
The team must not read it.
The team cannot be notified of this.
We're not supposed to talk yet, but we buy Acme.
I am not permitted to talk.
I'm not at liberty to talk, but Acme is bankrupt.
They made us promise not to talk.
They told us to stay silent.
I promised to stay silent.
We have to stay silent.
We agreed to stay silent until May.
We have to stay silent until the merger is done.
Please stay silent about it.
We should stay silent on the merger.
I'll stay silent on this.
Our lawyers want us to stay silent.
Not for the transcript.
The customers would be shocked if they learn of it.
Nobody in the company knows about the breach.
Nobody here heard about the sale.
Tell nobody.
This must not leave the company.
Please keep it inside the company.
Our dealers are still in the dark about the new contract.
"""
NOT_NOTICED = """
I'm whispering now, but the new model is made by somebody else.
You did not see this slide, it shows what we earn.
It would be awful if the pupils heard of it from you, the school closes.
The figure I mention now is off limits, it was nine million.
"""
TALK_OF_SOFTWARE = """
Nobody can find out which key was used.
Nobody on our team knew about that, you should mention it in the guide.
The customer must not be notified twice.
My manager should not be able to see it.
Not everyone should be able to read this.
Members must not know about each other.
I want to hide it from customers.
We hide this from other customers.
Nobody may read it without a key.
Not all customers have been told about the maintenance.
The owner should be informed before the plan ends.
Only the owner and I know the password.
We do not tell our customers when we deploy.
We have not told our customers to upgrade yet.
I cannot say this loud enough.
You can keep it in the team folder.
It stays in the group until you remove it.
The customers will hear about it in the newsletter.
Our boss will learn about it from the report.
Don't share it between threads.
We can't talk about it in this ticket, open a new one.
I will not mention it again.
It should not end up in the log.
It does not appear in the summary.
There is nothing about it in the documentation.
The family plan stays private.
We kept that internal because it was unstable.
It is internal only, so you cannot call it from outside.
The endpoint is for internal use only.
I do not want everybody in my company to see every topic.
The contract is under the old company, not under my name.
Guests must not be told that the room exists.
I don't want my team to see those alerts.
Everybody should not get the mail, only the owner.
The staff can not read it, because the role is missing.
Partners should not see the draft before it is done.
We do not want anyone to change it.
The owner has not been asked yet.
The board should not show it until the job is done.
The team must not forget to renew it.
You cannot tell from the log who did it.
I never told you about my other project, it is a small game.
It is not something I would use every day.
This is not something we support yet.
I am not allowed to talk to the database from here.
I am not supposed to have access to that.
You should not mention the same user twice in a comment.
Before the customer finds out, the alert should tell us.
We want to know before the customers notice.
The public cannot see it until you press publish.
We don't announce minor releases.
We have not released it yet, because the tests fail.
The page has not been published yet.
The cache must not keep a value longer than ten minutes.
We never tell the client which shard it talks to.
Nobody on my team knows how to write a plugin yet.
The changelog has not been published yet, because the build is red.
We want to keep it simple for the people on call.
Tokens must not leak into logs.
We trust you with our data.
I opt out of the beta features every time.
Only admins may see the audit page.
Private channels stay private even when the owner leaves.
The secret is stored in the vault and never printed.
Please don't share the screen with the sound on, it echoes.
You can share a dashboard with people outside the company.
The link must not be guessable by anyone outside.
Our customers have not heard of this feature, it should be easier to find.
I did not tell the support team about the bug, because it went away.
If the key gets out, you rotate it and nothing else happens.
The recording is deleted after thirty days unless you keep it.
Nobody told us that the limit was per account.
The public endpoint does not say whether a user exists.
We don't want the names of our customers to appear in the export.
The mask hides the card number from everybody but the billing group.
I'd rather not write that code by hand again.
Let's keep this short, because I have a call at ten.
We do not pass personal data on to other services.
The model should not repeat what it was told in another chat.
Don't tell the scheduler how many workers there are, it finds out.
Do your users know that you store their location?
You must not put secrets into environment variables.
Keep that file out of the repository, it is generated.
Nobody should have to know the internal id.
We keep the raw data to ourselves and share only the totals.
Between you and the database there are three proxies.
The record is off by one after the second import.
We have not told the router about the new subnet.
Our legal team has to read the agreement first.
Is there a way to make a board visible to nobody but its owner?
The embargo on the old format ends with version five.
I would not mention that flag in the tutorial, it confuses people.
The guests don't see the price until they log in.
A private repository must stay private when it is forked.
Our people have not learned the new editor yet.
We can't say yet whether the fix helps, we only tried it today.
She asked me not to change the schema before Friday.
The news feed shows what the others in your team did.
The price has not been confirmed by the shop when the mail goes out.
It would be nice if nobody could see my drafts until I publish them.
The audience should not notice when the stream switches servers.
Nothing leaves the cluster without going through the gateway.
Please do not write the same key twice, the second one is dropped.
The press release template has a broken link.
Only two people know how the old deployment works, and that is a risk.
We are not allowed to store it outside of Europe.
Confidential computing is on our list for next year.
If you hear nothing from us within a week, please ask again.
The log stays in memory and is lost when the process dies.
The function must remain internal, so do not export it.
Who may see what is decided by the role and not by the page.
Our auditors want to know who read which record.
Don't let the worker know about the other tenants.
The product is still in preview, so the interface may change.
You should hide the button from users who may not press it.
Please keep the order of the columns as it is.
Nobody outside the admin group can turn it off.
The message has not reached all subscribers yet.
I can't talk to the database from the function.
The redaction should remove the name but leave the sentence.
We would prefer not to give the vendor access to production.
Nobody noticed that the backup had stopped in June.
The alert should stay silent during a deployment.
We sign every artifact so that nobody can swap it.
Can I tell the crawler not to index that page?
The history is not shared when you invite somebody later.
He does not know yet which plan we need.
The confidential flag on a field hides it in every export.
Once it is public you cannot make the package private again.
The recording should not show the chat of the other room.
The build should not leave files in the working folder.
Please keep the log in the same folder as before.
Our partners don't have access to that board.
I never told the linter to ignore this rule.
You can keep a draft to yourself and publish it later.
The customer has not been charged twice since the fix.
The reporter plugin does not know about skipped tests.
Nobody outside Europe can reach that endpoint.
The market data is not public, you need a key for it.
We must not tell the user whether the mail address exists.
The team has not been migrated yet.
I can't say how long the job takes.
Keep the secrets in the vault and out of the image.
The announcement banner comes back after a week.
The board shows nothing until you choose a project.
The press of a button should be enough.
We would rather not know the passwords of our users.
Nothing should leak when the process is killed.
Do you share that data with third parties?
The server never says which version it runs.
Private messages are not part of the export.
Please don't post the whole trace into the issue.
He was told by support to wait for the next release.
The confidential client flow needs a secret.
Only admins know the recovery code.
Please hold the deployment back until the tests are green.
It goes out to all subscribers on Monday.
The public key can be shared with anyone.
Her manager does not know how to approve the request.
The token never leaves the browser.
Our staff know the tool well by now.
You can hide the column from guests.
Please don't remove the old endpoint yet.
The public roadmap is out of date.
I was told that the limit is fifty.
It keeps quiet when there is nothing to report.
The partners page is broken.
We should not repeat the query for each row.
Let me know when the fix is out.
The bank holidays are missing in the calendar.
Secrets are rotated every month.
The news comes from a feed that we read each hour.
Nobody may delete a project but its owner.
We keep this file in the root folder.
The members list is only shown to members.
Don't write it to disk before the lock is taken.
Customers learn about new features from the mail.
The release is not signed yet.
Between the two calls there is a pause.
"""
TAKEN_FOR_SECRETS = """
We don't want the customers to know about the internal id.
That is not in the release notes.
It's not for the web, only for mobile.
Our users have not been told which button to press.
We are not allowed to share it with other tenants.
The press kit is not public yet.
The release has not been announced in the channel, could you post it?
It's not public yet, that API, you need the flag to turn it on.
We have a non disclosure agreement template in the document store.
This must stay between the two brackets.
Please don't share this link, it is only valid once.
Our team has not been informed about the incident by the webhook.
"""


def said_to_be_secret(lines: str) -> list[str]:
    phrases = shipped_cues().secret
    return [line for line in lines.strip().splitlines() if says(phrases, words_of(line))]


def test_secrets_are_noticed() -> None:
    assert said_to_be_secret(SECRETS) == SECRETS.strip().splitlines()


def test_what_is_plainly_kept_from_people_stays_noticed() -> None:
    assert said_to_be_secret(PLAIN_SECRETS) == PLAIN_SECRETS.strip().splitlines()


def test_talk_of_software_is_none() -> None:
    assert said_to_be_secret(TALK_OF_SOFTWARE) == []


def test_what_is_missed_and_invented_is_known() -> None:
    assert said_to_be_secret(NOT_NOTICED) == []
    assert said_to_be_secret(TAKEN_FOR_SECRETS) == TAKEN_FOR_SECRETS.strip().splitlines()
