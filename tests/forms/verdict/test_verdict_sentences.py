"""What do sentences that directories really write claim, and what do they not?"""

from __future__ import annotations

import pytest

from dbolt.forms.verdict.phrases import GOOD, Topic, sentences, topics_of

CLAIMS: list[tuple[str, Topic]] = [
    # English
    ("Your listing has been submitted.", Topic.ACCEPTED),
    ("Thank you! We have received your submission.", Topic.ACCEPTED),
    ("Thanks for adding your business to our directory.", Topic.ACCEPTED),
    ("Listing submitted", Topic.ACCEPTED),
    ("Your business was successfully added.", Topic.ACCEPTED),
    ("Harbor Lane Bakery has been added. Your company is now live.", Topic.ACCEPTED),
    ("Form submitted successfully!", Topic.ACCEPTED),
    ("Your details were saved", Topic.ACCEPTED),
    ("Your listing has been submitted and is awaiting approval.", Topic.PENDING_REVIEW),
    ("Our editors will review your submission within 2 business days.", Topic.PENDING_REVIEW),
    ("Your entry is pending moderation.", Topic.PENDING_REVIEW),
    ("Once approved, your listing will appear in the directory.", Topic.PENDING_REVIEW),
    ("Please check your email to confirm your listing.", Topic.PENDING_EMAIL),
    ("We have sent you a confirmation link.", Topic.PENDING_EMAIL),
    ("Click the activation link in the email we sent you.", Topic.PENDING_EMAIL),
    ("We will call you to verify your number.", Topic.PENDING_CUSTOMER),
    ("A postcard with a verification code is on its way.", Topic.PENDING_CUSTOMER),
    ("Enter the PIN we have texted to your phone.", Topic.PENDING_CUSTOMER),
    ("This business is already listed in our directory.", Topic.ALREADY_LISTED),
    ("A listing with this phone number already exists.", Topic.ALREADY_LISTED),
    ("Duplicate listing detected.", Topic.ALREADY_LISTED),
    ("A business with this phone number is already listed: X", Topic.ALREADY_LISTED),
    ("You are here already", Topic.ALREADY_LISTED),
    ("We already have this business in our directory.", Topic.ALREADY_LISTED),
    ("This business has already been submitted.", Topic.ALREADY_LISTED),
    ("The website has been submitted before.", Topic.ALREADY_LISTED),
    ("The site you are trying to submit already exists.", Topic.ALREADY_LISTED),
    ("It looks like this business is already on our site.", Topic.ALREADY_LISTED),
    ("This company is already part of our directory.", Topic.ALREADY_LISTED),
    ("We found an existing listing for your business.", Topic.ALREADY_LISTED),
    ("Another listing with the same phone number exists.", Topic.ALREADY_LISTED),
    ("URL already in use.", Topic.ALREADY_LISTED),
    ("Possible duplicate: X", Topic.ALREADY_LISTED),
    ("Your shop has been entered.", Topic.ACCEPTED),
    ("Number added", Topic.ACCEPTED),
    ("Your listing was NOT received.", Topic.REFUSED),
    ("This email address is already registered.", Topic.ACCOUNT_EXISTS),
    ("That username is already taken.", Topic.ACCOUNT_EXISTS),
    ("Your submission was rejected.", Topic.REFUSED),
    ("An error occurred while saving your listing.", Topic.FAILED),
    ("Something went wrong. Please try again later.", Topic.FAILED),
    ("Thank you for your patience, but your listing could not be saved.", Topic.FAILED),
    ("Your submission was NOT received.", Topic.FAILED),
    ("Please correct the errors below.", Topic.INVALID),
    ("Phone must be in the format (123) 456-7890.", Topic.INVALID),
    ("The category field is required.", Topic.INVALID),
    ("Please enter a valid email address.", Topic.INVALID),
    ("The captcha was incorrect.", Topic.CAPTCHA),
    ("Wrong security code, please try again.", Topic.CAPTCHA),
    ("Please log in to continue.", Topic.LOGIN),
    ("You must be logged in to add a listing.", Topic.LOGIN),
    ("Choose a plan to publish your listing.", Topic.PAYMENT),
    ("Complete your payment", Topic.PAYMENT),
    ("Access denied", Topic.ROBOT),
    ("Checking your browser before accessing the site.", Topic.ROBOT),
    ("Please review your listing before publishing.", Topic.PREVIEW),
    # German
    ("Ihr Eintrag wurde erfolgreich gespeichert.", Topic.ACCEPTED),
    ("Vielen Dank für Ihren Eintrag!", Topic.ACCEPTED),
    ("Wir haben Ihre Anfrage erhalten.", Topic.ACCEPTED),
    ("Ihre Firma wurde in das Verzeichnis aufgenommen.", Topic.ACCEPTED),
    (
        "Der Eintrag wird vor der Veröffentlichung von unserer Redaktion geprüft.",
        Topic.PENDING_REVIEW,
    ),
    ("Ihr Eintrag wird nach Prüfung freigeschaltet.", Topic.PENDING_REVIEW),
    ("Bitte bestätigen Sie Ihre E-Mail-Adresse.", Topic.PENDING_EMAIL),
    ("Wir haben Ihnen einen Bestätigungslink geschickt.", Topic.PENDING_EMAIL),
    ("Diese Firma ist bereits eingetragen.", Topic.ALREADY_LISTED),
    ("Diese E-Mail-Adresse ist bereits registriert.", Topic.ACCOUNT_EXISTS),
    ("Dit bedrijf staat al in onze gids.", Topic.ALREADY_LISTED),
    ("Su negocio ya aparece en nuestra guía.", Topic.ALREADY_LISTED),
    ("Ihr Eintrag konnte nicht gespeichert werden.", Topic.FAILED),
    ("Es ist ein Fehler aufgetreten.", Topic.FAILED),
    ("Bitte füllen Sie alle Pflichtfelder aus.", Topic.INVALID),
    ("Der Sicherheitscode ist falsch.", Topic.CAPTCHA),
    ("Bitte melden Sie sich an.", Topic.LOGIN),
    # Spanish
    ("Su anuncio ha sido enviado correctamente.", Topic.ACCEPTED),
    ("Hemos recibido su solicitud.", Topic.ACCEPTED),
    ("¡Gracias por registrar su negocio!", Topic.ACCEPTED),
    ("La empresa se ha registrado con éxito.", Topic.ACCEPTED),
    ("Su ficha está pendiente de revisión.", Topic.PENDING_REVIEW),
    ("Su anuncio será revisado por nuestro equipo.", Topic.PENDING_REVIEW),
    ("Revise su correo electrónico para confirmar el alta.", Topic.PENDING_EMAIL),
    ("Le hemos enviado un enlace de confirmación.", Topic.PENDING_EMAIL),
    ("Esta empresa ya está registrada en el directorio.", Topic.ALREADY_LISTED),
    ("No se ha podido guardar el anuncio.", Topic.FAILED),
    ("Ha ocurrido un error.", Topic.FAILED),
    ("El teléfono no es válido.", Topic.INVALID),
    ("El campo categoría es obligatorio.", Topic.INVALID),
    ("El código de seguridad es incorrecto.", Topic.CAPTCHA),
    # French
    ("Votre annonce a bien été enregistrée.", Topic.ACCEPTED),
    ("Nous avons bien reçu votre demande.", Topic.ACCEPTED),
    ("Merci pour votre inscription.", Topic.ACCEPTED),
    ("Votre fiche est en attente de validation.", Topic.PENDING_REVIEW),
    ("Votre annonce sera publiée après vérification.", Topic.PENDING_REVIEW),
    ("Un lien de confirmation vous a été envoyé par e-mail.", Topic.PENDING_EMAIL),
    ("Cette entreprise existe déjà.", Topic.ALREADY_LISTED),
    ("Votre annonce n'a pas pu être enregistrée.", Topic.FAILED),
    ("Une erreur s'est produite.", Topic.FAILED),
    ("Veuillez remplir tous les champs obligatoires.", Topic.INVALID),
    ("Veuillez vous connecter.", Topic.LOGIN),
    # Italian
    ("La tua attività è stata inserita con successo.", Topic.ACCEPTED),
    ("Abbiamo ricevuto la tua richiesta.", Topic.ACCEPTED),
    ("Grazie per la registrazione!", Topic.ACCEPTED),
    ("La scheda è in attesa di approvazione.", Topic.PENDING_REVIEW),
    ("Controlla la tua email per confermare.", Topic.PENDING_EMAIL),
    ("Questa azienda è già presente.", Topic.ALREADY_LISTED),
    ("Si è verificato un errore.", Topic.FAILED),
    ("Il campo telefono è obbligatorio.", Topic.INVALID),
    # Portuguese
    ("O seu anúncio foi enviado com sucesso.", Topic.ACCEPTED),
    ("Recebemos o seu pedido.", Topic.ACCEPTED),
    ("Obrigado por registar a sua empresa.", Topic.ACCEPTED),
    ("O anúncio aguarda aprovação.", Topic.PENDING_REVIEW),
    ("Verifique o seu email para confirmar.", Topic.PENDING_EMAIL),
    ("Esta empresa já existe no diretório.", Topic.ALREADY_LISTED),
    ("Não foi possível guardar o anúncio.", Topic.FAILED),
    ("O campo nome é obrigatório.", Topic.INVALID),
    # Dutch
    ("Uw vermelding is succesvol toegevoegd.", Topic.ACCEPTED),
    ("Bedankt voor uw aanmelding!", Topic.ACCEPTED),
    ("We hebben uw gegevens ontvangen.", Topic.ACCEPTED),
    ("Uw bedrijf wordt door onze redactie gecontroleerd.", Topic.PENDING_REVIEW),
    ("Klik op de link in de e-mail om te bevestigen.", Topic.PENDING_EMAIL),
    ("Dit bedrijf is al opgenomen in de gids.", Topic.ALREADY_LISTED),
    ("Er ging iets mis.", Topic.FAILED),
    ("Dit veld is verplicht.", Topic.INVALID),
    # Polish
    ("Wpis został pomyślnie dodany.", Topic.ACCEPTED),
    ("Dziękujemy za zgłoszenie firmy.", Topic.ACCEPTED),
    ("Otrzymaliśmy Twoje zgłoszenie.", Topic.ACCEPTED),
    ("Wpis oczekuje na akceptację moderatora.", Topic.PENDING_REVIEW),
    ("Kliknij link aktywacyjny w wiadomości e-mail.", Topic.PENDING_EMAIL),
    ("Ta firma już istnieje w katalogu.", Topic.ALREADY_LISTED),
    ("Nie udało się zapisać wpisu.", Topic.FAILED),
    ("To pole jest wymagane.", Topic.INVALID),
]

NOTHING_GOOD = [
    "Your submission was NOT received.",
    "Your listing has not been saved.",
    "The listing could not be saved.",
    "Thank you for your patience.",
    "Thank you for visiting our directory.",
    "Thanks for your interest in advertising with us.",
    "Has your listing been submitted?",
    "How do I know that my listing was submitted?",
    "Once your listing has been submitted, you will receive a call.",
    "When your business has been added you can upload photos.",
    "If your listing was saved, you may close this window.",
    "Listings submitted today: 54",
    "Recently added businesses",
    "Success stories",
    "Submit your listing",
    "No listing was created.",
    "We were unable to confirm that your listing was received.",
    "Fields marked with * must be submitted.",
    "My listing was added within minutes!",
    "Before your listing is published, complete your profile.",
    "Your listing can not be published.",
    "Nothing has been submitted yet.",
    "Please make sure your listing is saved before leaving.",
    "Ihr Eintrag wurde nicht gespeichert.",
    "Ihr Eintrag konnte leider nicht übermittelt werden.",
    "Wenn Ihr Eintrag gespeichert wurde, erhalten Sie eine Nachricht.",
    "Vielen Dank für Ihre Geduld.",
    "Neu eingetragene Firmen",
    "Su anuncio no ha sido enviado.",
    "Gracias por su paciencia.",
    "Cuando su anuncio ha sido publicado, recibirá un aviso.",
    "Votre annonce n'a pas été enregistrée.",
    "Merci de votre patience.",
    "La tua richiesta non è stata inviata.",
    "Grazie per la pazienza.",
    "O seu anúncio não foi enviado.",
    "Obrigado pela sua paciência.",
    "Uw vermelding is niet opgeslagen.",
    "Bedankt voor uw geduld.",
    "Wpis nie został dodany.",
    "Dziękujemy za cierpliwość.",
    "If you do not receive the email, check your spam folder.",
]

NO_FAULT = [
    "No errors were found.",
    "If an error occurs, contact us.",
    "Your listing has been submitted.",
    "Success",
    "Thank you",
    "Is your business already listed?",
    "If your business is already listed, claim it here.",
    "Wenn ein Fehler auftritt, schreiben Sie uns.",
    "Harbor Lane Bakery",
    "Opening hours",
]

_FAULTS = {Topic.FAILED, Topic.INVALID, Topic.ALREADY_LISTED, Topic.REFUSED, Topic.CAPTCHA}


def _said(text: str) -> set[Topic]:
    return {topic for sentence in sentences(text) for topic in topics_of(sentence)}


@pytest.mark.parametrize(("text", "topic"), CLAIMS)
def test_a_sentence_claims_what_it_says(text: str, topic: Topic) -> None:
    assert topic in _said(text)


@pytest.mark.parametrize("text", NOTHING_GOOD)
def test_a_denied_conditional_or_idle_sentence_claims_no_success(text: str) -> None:
    assert not _said(text) & GOOD


@pytest.mark.parametrize("text", NO_FAULT)
def test_a_harmless_sentence_tells_of_no_fault(text: str) -> None:
    assert not _said(text) & _FAULTS


_TROUBLES = [pair for pair in CLAIMS if pair[1] not in GOOD | {Topic.PREVIEW}]


@pytest.mark.parametrize(("text", "topic"), _TROUBLES)
def test_a_sentence_of_trouble_claims_no_acceptance(text: str, topic: Topic) -> None:
    assert Topic.ACCEPTED not in _said(text)


@pytest.mark.parametrize(
    "sentence",
    [
        "Check whether your business is already listed before adding it.",
        "If your business is already listed, claim it.",
        "Is your business already listed?",
        "Your listing is already in review.",
        "The information you have entered is invalid.",
        "Submit your website before the end of the year.",
    ],
)
def test_what_does_not_say_that_a_business_was_known_or_taken_in(sentence: str) -> None:
    assert not topics_of(sentence) & {Topic.ALREADY_LISTED, Topic.ACCEPTED}
