using Sidecar.Conversation;

namespace Sidecar.Tests.Blocks;

public sealed class PersonalDataTests
{
    [Theory]
    [InlineData("nothing to see: 12 apples, 3.14", "nothing to see: 12 apples, 3.14")]
    [InlineData("write to a.b+c@mail.example.org!", "write to <EMAIL_ADDRESS>!")]
    [InlineData("call +49 30 1234567, or (555) 123-4567.", "call <PHONE_NUMBER>, or <PHONE_NUMBER>.")]
    [InlineData("10.0.0.1 and fe80::1 and 2001:db8:0:0:0:0:0:1", "<IP> and <IP> and <IP>")]
    [InlineData("00:1A:2b:3c:4D:5e", "<MAC_ADDRESS>")]
    [InlineData("card 4111-1111-1111-1111, ssn 123-45-6789", "card <CREDIT_CARD>, ssn <US_SSN>")]
    [InlineData("DE89 3704 0044 0532 0130 00", "<IBAN>")]
    [InlineData("isbn 978-3-16-148410-0", "isbn <ISBN>")]
    [InlineData("P.O. Box 12, 12 Main Street, 90210-1234", "<PO_BOX>, <STREET_ADDRESS>, <ZIP_CODE>")]
    [InlineData("see https://example.com/90210?mail=a@b.c", "see https://example.com/90210?mail=a@b.c")]
    public void Personal_data_is_replaced_by_the_name_of_its_kind(string text, string expected) =>
        Assert.Equal(expected, PersonalData.Scrub(text));
}
