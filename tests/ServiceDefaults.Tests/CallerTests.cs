using Microsoft.Extensions.Primitives;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Tests;

public sealed class CallerTests
{
    public static TheoryData<Caller> Callers =>
        [
            new Caller.Customer("customer-1"),
            new Caller.Customer("auth0|x"),
            new Caller.Customer("50%"),
            new Caller.Customer("日本語"),
            new Caller.Operator("Jo Doe"),
            new Caller.App("orders"),
            new Caller.Anonymous(),
        ];

    [Theory]
    [MemberData(nameof(Callers))]
    public void A_caller_survives_its_header_which_is_visible_ascii(Caller caller)
    {
        Assert.Equal(caller, Caller.Parse(caller.ToString()));
        Assert.All(caller.ToString(), c => Assert.InRange(c, '!', '~'));
    }

    [Fact]
    public void Line_breaks_in_a_name_never_become_header_lines() =>
        Assert.Equal("customer:c%0D%0AConnection:%20X-Caller", new Caller.Customer("c\r\nConnection: X-Caller").ToString());

    [Theory]
    [InlineData("")]
    [InlineData("customer-1")]
    [InlineData("customer:")]
    [InlineData("customer:%20")]
    [InlineData("customer:a%0d%0ab")]
    [InlineData("root:me")]
    [InlineData("Operator:me")]
    public void A_header_that_names_no_caller_is_unreadable(string header) => Assert.Null(Caller.Parse(header));

    [Fact]
    public void A_second_caller_in_one_header_is_part_of_the_name() =>
        Assert.Equal(new Caller.Customer("a,operator:b"), Caller.Parse("customer:a,operator:b"));

    [Fact]
    public void A_repeated_header_is_unreadable() => Assert.Null(Caller.Parse(new StringValues(["customer:a", "operator:b"])));

    [Fact]
    public void A_missing_header_is_unreadable() => Assert.Null(Caller.Parse(StringValues.Empty));

    [Fact]
    public void A_customer_sees_the_customers_own_and_others_everything()
    {
        Assert.True(new Caller.Customer("a").MaySee("a"));
        Assert.False(new Caller.Customer("a").MaySee("b"));
        Assert.False(new Caller.Customer("a").MaySee(null));
        Assert.True(new Caller.Operator("o").MaySee("b"));
    }
}
